// build.mjs OUTPUT: makes a component of hello.js, with a JavaScript engine in it.
import { componentize } from "@bytecodealliance/componentize-js";
import { readFile, writeFile } from "node:fs/promises";

const folder = process.env.GUEST;
const source = await readFile(`${folder}/hello.js`, "utf8");
const options = { witPath: `${folder}/hello.wit`, worldName: "hello", disableFeatures: ["http", "fetch-event"] };
const { component } = await componentize(source, options);
await writeFile(process.argv[2], component);
