//! Translating a script to artifacts and a list. Assertions that only the compiler's side can check are checked here.

use crate::column::Column;
use crate::modules::{Module, Modules};
use crate::suite::Script;
use crate::value;
use anyhow::{Context, Result, bail};
use conformance_list::{self as list, Action, Command, Execute, Failure, Invoke, List};
use precompile::artifact::features::WasmFeatures;
use precompile::{CompileError, Compiler, Options};
use std::collections::BTreeMap;
use std::path::Path;
use wast::lexer::Lexer;
use wast::parser::{ParseBuffer, parse};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastThread};

/// The outcome of the compiler's side of a script.
#[derive(Default)]
pub(crate) struct Translated {
    /// The number of assertions that held on this side.
    pub(crate) passed: u32,
    /// The number of assertions that can't be played, because of the backend's limits.
    pub(crate) limited: u32,
    pub(crate) failed: Vec<Failure>,
    /// The number of modules that the backend refuses for each reason.
    pub(crate) limits: BTreeMap<String, u32>,
}

/// Compiles a script's modules into a folder, and writes its list there.
///
/// # Errors
///
/// If the script can't be parsed, or the folder can't be written.
pub(crate) fn translate(script: &Script, column: &Column, folder: &Path) -> Result<Translated> {
    let mut options = column.options.clone();
    let other =
        WasmFeatures::all().difference(script.features | WasmFeatures::FLOATS | WasmFeatures::GC_TYPES);
    options.proposals.forbid(other);
    let mut lexer = Lexer::new(&script.text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let wast: Wast<'_> = parse(&buffer).with_context(|| format!("`{}` can't be parsed", script.name))?;

    let mut translator = Translator {
        text: &script.text,
        options: &options,
        modules: Modules::new(&options, folder),
        list: List::default(),
        translated: Translated::default(),
    };
    for directive in wast.directives {
        translator.directive(directive);
    }
    translator.list.write(folder)?;
    Ok(Translated { limits: translator.modules.limits, ..translator.translated })
}

struct Translator<'a> {
    text: &'a str,
    options: &'a Options,
    modules: Modules<'a>,
    list: List,
    translated: Translated,
}

/// The step for a directive.
enum Step {
    Play(Action),
    /// A directive that was checked on this side.
    Held,
    /// A directive that can't be played because of the backend's limits.
    Limited,
}

impl Translator<'_> {
    fn directive(&mut self, directive: WastDirective<'_>) {
        let (line, _) = directive.span().linecol_in(self.text);
        let line = line as u32 + 1;
        let assertion = !matches!(
            directive,
            WastDirective::Module(_)
                | WastDirective::ModuleDefinition(_)
                | WastDirective::ModuleInstance { .. }
                | WastDirective::Register { .. }
                | WastDirective::Invoke(_)
                | WastDirective::Thread(_)
                | WastDirective::Wait { .. }
        );
        match self.step(directive) {
            Ok(Step::Play(action)) => self.list.commands.push(Command { line, action }),
            Ok(Step::Held) => self.translated.passed += u32::from(assertion),
            Ok(Step::Limited) => self.translated.limited += u32::from(assertion),
            Err(error) => {
                let error = format!("{error:#}");
                self.translated.failed.push(Failure { line, error, assertion });
            }
        }
    }

    fn step(&mut self, directive: WastDirective<'_>) -> Result<Step> {
        match directive {
            WastDirective::Module(mut module) => {
                let name = name(module.name());
                let compiled = self.modules.compile(&module.encode()?);
                self.modules.instantiated(name.clone(), matches!(compiled, Ok(Module::Compiled(_))));
                Ok(play(compiled?, |number| Action::Instantiate {
                    name,
                    module: list::Module::Artifact(number),
                }))
            }
            WastDirective::ModuleDefinition(mut module) => {
                let name = name(module.name());
                let compiled = self.modules.compile(&module.encode()?);
                self.modules.defined(name.clone(), matches!(compiled, Ok(Module::Compiled(_))));
                Ok(play(compiled?, |artifact| Action::Define { name, artifact }))
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let (instance, module) = (name(instance), name(module));
                let there = self.modules.has_definition(&module);
                self.modules.instantiated(instance.clone(), there);
                let action = Action::Instantiate { name: instance, module: list::Module::Defined(module) };
                Ok(if there { Step::Play(action) } else { Step::Limited })
            }
            WastDirective::Register { name: registered, module, .. } => {
                let instance = name(module);
                let there = self.modules.has_instance(&instance);
                self.modules.registered(registered, there);
                Ok(match there {
                    true => Step::Play(Action::Register { name: registered.into(), instance }),
                    false => Step::Limited,
                })
            }
            WastDirective::Invoke(invoke) => self.invoke(&invoke, Action::Invoke),
            WastDirective::AssertReturn { exec, results, .. } => {
                let results = results.iter().map(value::expected).collect::<Result<_>>()?;
                self.execute(exec, |execute| Action::Return(execute, results))
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                self.execute(exec, |execute| Action::Trap(execute, message.into()))
            }
            WastDirective::AssertExhaustion { call, .. } => self.invoke(&call, Action::Exhaust),
            WastDirective::AssertException { exec, .. } => self.execute(exec, Action::Throw),
            WastDirective::AssertUnlinkable { mut module, message, .. } => {
                let compiled = self.modules.compile(&module.encode()?)?;
                Ok(play(compiled, |number| Action::Unlinkable(number, message.into())))
            }
            WastDirective::AssertMalformed { mut module, .. } => self.refused(&mut module),
            WastDirective::AssertInvalid { mut module, .. } => self.refused(&mut module),
            WastDirective::AssertSuspension { exec, message, .. } => {
                self.execute(exec, |execute| Action::Suspend(execute, message.into()))
            }
            WastDirective::Thread(thread) => Ok(Step::Play(self.thread(thread))),
            WastDirective::Wait { thread, .. } => Ok(Step::Play(Action::Wait(thread.name().into()))),
            other => bail!("a directive of another kind: {other:?}"),
        }
    }

    /// The action for a thread, which sees no name around it but that of the instance whose memories it shares.
    fn thread(&mut self, thread: WastThread<'_>) -> Action {
        let shared = name(thread.shared_module).filter(|name| self.modules.has_instance(&Some(name.clone())));
        let without = name(thread.shared_module).filter(|_| shared.is_none());
        let outer_names = self.modules.enter(without);
        let outer_list = std::mem::take(&mut self.list);
        for directive in thread.directives {
            self.directive(directive);
        }
        let list = std::mem::replace(&mut self.list, outer_list);
        self.modules.leave(outer_names);
        Action::Thread { name: thread.name.name().into(), shared, list }
    }

    fn invoke(&self, invoke: &WastInvoke<'_>, action: impl FnOnce(Invoke) -> Action) -> Result<Step> {
        let instance = name(invoke.module);
        if !self.modules.has_instance(&instance) {
            return Ok(Step::Limited);
        }
        let arguments = invoke.args.iter().map(value::argument).collect::<Result<_>>()?;
        Ok(Step::Play(action(Invoke { instance, export: invoke.name.into(), arguments })))
    }

    fn execute(&mut self, execute: WastExecute<'_>, action: impl FnOnce(Execute) -> Action) -> Result<Step> {
        match execute {
            WastExecute::Invoke(invoke) => self.invoke(&invoke, |invoke| action(Execute::Invoke(invoke))),
            WastExecute::Get { module, global, .. } => {
                let instance = name(module);
                Ok(match self.modules.has_instance(&instance) {
                    true => Step::Play(action(Execute::Get { instance, global: global.into() })),
                    false => Step::Limited,
                })
            }
            WastExecute::Wat(mut module) => {
                let compiled = self.modules.compile(&module.encode()?)?;
                Ok(play(compiled, |number| action(Execute::Instantiate(number))))
            }
        }
    }

    /// Checks that the text form's parser or precompile refuses the module, other than for a limit.
    fn refused(&self, module: &mut QuoteWat<'_>) -> Result<Step> {
        let Ok(wasm) = module.encode() else { return Ok(Step::Held) };
        match Compiler::default().compile(self.options, &wasm) {
            Ok(_) => bail!("it was compiled, and should be refused"),
            Err(CompileError::NotWasm(_) | CompileError::Invalid(_) | CompileError::TurnedOff { .. }) => {
                Ok(Step::Held)
            }
            Err(other) => bail!("it is refused for another reason: {other}"),
        }
    }
}

fn play(module: Module, action: impl FnOnce(u32) -> Action) -> Step {
    match module {
        Module::Compiled(number) => Step::Play(action(number)),
        Module::Limited | Module::Cut => Step::Limited,
    }
}

fn name(id: Option<Id<'_>>) -> Option<String> {
    id.map(|id| id.name().into())
}
