//! `precompile cache`: the commands that look after the cache.

use crate::cache_opts::StoreOpts;
use crate::message::{Format, Message, print, print_bytes, tell};
use crate::units::{ago, size, time};
use anyhow::Result;
use clap::{Args, Subcommand};
use precompile::artifact::{Escaped, escaped_path};
use precompile::cache::{Log, Outcome, Pruned, Run, Store, StoredEntry};
use precompile::{Rates, is_kept_module};
use std::io::IsTerminal;
use std::time::{Duration, SystemTime};

/// Look after the cache
#[derive(Args)]
pub(crate) struct Opts {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Print the cache's folder
    Dir(Common),
    /// Print the number of lookups and hits, and the time that hits saved
    Stats(Common),
    /// List the entries, the last used first
    ///
    /// Each entry has the name of its input as it was given, or `-` where the name isn't known: for standard input,
    /// and for an entry that another machine compiled. The modules of stripped artifacts are there, too, for
    /// `precompile symbolize`.
    List(Common),
    /// Read every entry, and remove the damaged ones
    Verify(Common),
    /// Remove entries beyond the limits of age and size, and files that killed processes left
    Prune(Common),
    /// Remove everything, also what `--backend auto` measured of this machine
    Clear(Common),
}

/// The options of all verbs.
#[derive(Args)]
struct Common {
    #[command(flatten)]
    store: StoreOpts,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    message_format: Format,
}

impl Opts {
    /// Runs the verb, and returns `false` where it found damage.
    pub(crate) fn run(&self) -> Result<bool> {
        use Verb::{Clear, Dir, List, Prune, Stats, Verify};
        let (Dir(common) | Stats(common) | List(common) | Verify(common) | Prune(common) | Clear(common)) =
            &self.verb;
        let store = common.store.store()?;
        let result = match self.verb {
            Dir(_) => common.dir(&store).map(|()| true),
            Stats(_) => common.stats(&store).map(|()| true),
            List(_) => common.list(&store).map(|()| true),
            Verify(_) => common.verify(&store),
            Prune(_) => common.prune(&store).map(|()| true),
            Clear(_) => common.clear(&store).map(|()| true),
        };
        if common.is_json() {
            print(&Message::Finished { success: matches!(result, Ok(true)), counts: None, usage: None })?;
        }
        result
    }
}

/// The lines about the bytes that went to a shared cache and came from it, where there were any.
fn traffic(total: &Run) -> String {
    let line = |name: &str, bytes: u64, plain: u64| match plain {
        0 => String::new(),
        _ => format!("{name:<15}{}, which are {} uncompressed\n", size(bytes), size(plain)),
    };
    line("sent", total.remote_sent_bytes, total.remote_sent_plain_bytes)
        + &line("received", total.remote_received_bytes, total.remote_received_plain_bytes)
}

impl Common {
    fn is_json(&self) -> bool {
        self.message_format == Format::Json
    }

    fn dir(&self, store: &Store) -> Result<()> {
        if self.is_json() {
            return Ok(print(&Message::CacheDir { folder: store.folder() })?);
        }
        // A program that reads the name gets it unescaped.
        let folder = store.folder();
        if std::io::stdout().is_terminal() {
            return Ok(print_bytes(format!("{}\n", escaped_path(folder)).as_bytes())?);
        }
        Ok(print_bytes(&[folder.as_os_str().as_encoded_bytes(), b"\n"].concat())?)
    }

    fn stats(&self, store: &Store) -> Result<()> {
        let log = store.log()?;
        let found = store.list()?;
        let bytes: u64 = found.iter().map(|found| found.bytes).sum();
        if self.is_json() {
            return Ok(print(&Message::CacheStats {
                log,
                entries: found.len() as u64,
                entries_bytes: bytes,
            })?);
        }
        let Log { total, since_unix_s, .. } = log;
        let lookups = total.hits + total.misses + total.failures;
        let since = ago(SystemTime::UNIX_EPOCH + Duration::from_secs(since_unix_s));
        let rate = if lookups == 0 { 0.0 } else { 100.0 * total.hits as f64 / lookups as f64 };
        let text = format!(
            "entries        {}, {}\n\
             since          {since}\n\
             hits           {} of {lookups}, {rate:.1} %\n\
             shared         {} of the hits\n\
             known to fail  {}\n\
             misses         {}\n\
             delivered      {}\n\
             stored         {}\n\
             saved          {} of compiling\n\
             spent          {} on compiling\n",
            found.len(),
            size(bytes),
            total.hits,
            total.remote_hits,
            total.failures,
            total.misses,
            size(total.delivered_bytes),
            size(total.stored_bytes),
            time(total.saved_ns as f64 / 1e9),
            time(total.spent_ns as f64 / 1e9),
        ) + &traffic(&total);
        Ok(print_bytes(text.as_bytes())?)
    }

    fn list(&self, store: &Store) -> Result<()> {
        for found in store.list()? {
            match self.is_json() {
                true => print(&Message::CacheEntry {
                    record: &found.record,
                    input: found.name.as_deref(),
                    bytes: found.bytes,
                })?,
                false => print_bytes(line(&found).as_bytes())?,
            }
        }
        Ok(())
    }

    fn verify(&self, store: &Store) -> Result<bool> {
        let verified = store.verify()?;
        let whole = verified.damaged.is_empty();
        if self.is_json() {
            print(&Message::CacheVerified {
                whole_entries: verified.whole_entries,
                whole_bytes: verified.whole_bytes,
                damaged: verified.damaged.iter().map(|path| path.display().to_string()).collect(),
            })?;
            return Ok(whole);
        }
        for path in &verified.damaged {
            tell(&format!("warning: `{}` was damaged, and is removed", escaped_path(path)));
        }
        let (count, bytes) = (entries(verified.whole_entries), size(verified.whole_bytes));
        print_bytes(format!("{count} whole, {bytes}\n").as_bytes())?;
        Ok(whole)
    }

    fn prune(&self, store: &Store) -> Result<()> {
        let pruned = store.prune(self.store.limits()?, true)?;
        self.pruned(&pruned.unwrap_or_default())
    }

    fn clear(&self, store: &Store) -> Result<()> {
        let pruned = store.clear()?;
        Rates::forget(store.folder())?;
        self.pruned(&pruned)
    }

    fn pruned(&self, pruned: &Pruned) -> Result<()> {
        if self.is_json() {
            return Ok(print(&Message::CachePruned { pruned: *pruned })?);
        }
        let Pruned { removed_entries, removed_bytes, removed_remains, kept_entries, kept_bytes } = *pruned;
        let text = format!(
            "removed {}, {}; {} left, {}; killed processes had left {removed_remains} files\n",
            entries(removed_entries),
            size(removed_bytes),
            entries(kept_entries),
            size(kept_bytes),
        );
        Ok(print_bytes(text.as_bytes())?)
    }
}

/// An entry on one line.
fn line(found: &StoredEntry) -> String {
    let record = &found.record;
    let field = |name: &str| {
        let field = record.recipe.iter().find(|(field, _)| field == name);
        field.map_or("?", |(_, value)| value.as_str())
    };
    let key = record.key.to_string();
    let outcome = match &record.outcome {
        Outcome::Blob { bytes, .. } => size(*bytes),
        Outcome::Failure { message } => message.clone(),
    };
    let (start, used) = (&key[..16], ago(found.used));
    let name = found.name.as_deref().unwrap_or("-");
    let line = match is_kept_module(&record.recipe) {
        true => format!("{start}  {used:>14}  {:>20}  module {name}: {outcome}", "kept for backtraces"),
        false => {
            let (cost, backend, target) =
                (time(record.cost_ns as f64 / 1e9), field("backend"), field("target"));
            format!("{start}  {used:>14}  {cost:>9} to compile  {backend} {target} {name}: {outcome}")
        }
    };
    // A shared cache's entries may say anything.
    format!("{}\n", Escaped(&line))
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".into() } else { format!("{count} entries") }
}
