//! The translation of a script's directives, one after the other.

use crate::modules::{Module, Modules};
use crate::suite::Script;
use crate::translated::{Translated, is_assertion};
use crate::value;
use anyhow::{Result, bail};
use conformance_list::{self as list, Action, Command, Execute, Failure, Invoke, List};
use precompile::{CompileError, Compiler, Options};
use std::path::Path;
use wasmparser::Parser;
use wast::token::Id;
use wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, WastThread};

/// A translator of one script's directives.
pub(crate) struct Translator<'a> {
    script: &'a Script,
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

impl<'a> Translator<'a> {
    /// A translator whose modules are compiled into a folder.
    ///
    /// # Errors
    ///
    /// If the module that the host offers can't be compiled.
    pub(crate) fn new(script: &'a Script, options: &'a Options, folder: &'a Path) -> Result<Translator<'a>> {
        let (mut modules, mut list) = (Modules::new(options, folder), List::default());
        if script.text.contains(r#"(export "simple-module" "#) {
            list.host_module = modules.host_module()?;
        }
        Ok(Translator { script, options, modules, list, translated: Translated::default() })
    }

    /// The list, and the outcome of this side.
    pub(crate) fn end(self) -> (List, Translated) {
        (self.list, Translated { limits: self.modules.limits, ..self.translated })
    }

    pub(crate) fn directive(&mut self, directive: WastDirective<'_>) {
        let (line, _) = directive.span().linecol_in(&self.script.text);
        let line = line as u32 + 1;
        let assertion = is_assertion(&directive);
        match self.step(directive) {
            Ok(Step::Play(action)) => self.play(line, action),
            Ok(Step::Held) => self.translated.passed += u32::from(assertion),
            Ok(Step::Limited) => self.translated.limited += u32::from(assertion),
            Err(error) => {
                let error = format!("{error:#}");
                self.translated.failed.push(Failure { line, error, assertion });
            }
        }
    }

    fn play(&mut self, line: u32, action: Action) {
        let name = match &action {
            Action::Instantiate { name: Some(name), .. } if self.script.names_are_registered => {
                Some(name.clone())
            }
            _ => None,
        };
        self.list.commands.push(Command { line, action });
        if let Some(name) = name {
            let action = Action::Register { name: name.clone(), instance: Some(name) };
            self.list.commands.push(Command { line, action });
        }
    }

    fn step(&mut self, directive: WastDirective<'_>) -> Result<Step> {
        match directive {
            WastDirective::Module(mut module) => {
                let (name, wasm) = (name(module.name()), module.encode()?);
                let compiled = self.modules.compile(&wasm);
                let there = matches!(compiled, Ok(Module::Compiled(_)));
                self.modules.instantiated(name.clone(), there);
                let is_found = self.script.names_are_registered || Parser::is_component(&wasm);
                if let Some(name) = name.as_ref().filter(|_| is_found) {
                    // Others find it by its name.
                    self.modules.registered(name, there);
                }
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
            WastDirective::AssertMalformed { mut module, message, .. } => self.refused(&mut module, message),
            WastDirective::AssertInvalid { mut module, message, .. } => self.refused(&mut module, message),
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

    /// Checks that the text form's parser or precompile refuses the module: as no such module, or in the script's
    /// words.
    fn refused(&mut self, module: &mut QuoteWat<'_>, message: &str) -> Result<Step> {
        let Ok(wasm) = module.encode() else { return Ok(Step::Held) };
        match Compiler::default().compile(self.options, &wasm) {
            Ok(_) => bail!("it was compiled, and should be refused"),
            Err(CompileError::NotWasm(_) | CompileError::Invalid(_) | CompileError::TurnedOff { .. }) => {
                Ok(Step::Held)
            }
            Err(other) if other.to_string().contains(message) => Ok(Step::Held),
            Err(other) if self.modules.is_limit(&other) => Ok(Step::Limited),
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
