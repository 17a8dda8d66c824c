export function greet(name, times) {
  return `hello, ${name}: ${Array.from(times).map((n) => "ho".repeat(n)).join(" ")}`;
}
