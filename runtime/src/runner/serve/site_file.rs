//! The file that lists components by host and path: `--sites`.

use super::guest::Guest;
use super::site::Site;
use crate::args::Args;
use crate::failure::Failure;
use crate::serve_options::ServeOptions;
use precompile_runtime::Runtime;
use precompile_runtime::artifact::Code;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    site: Vec<Entry>,
}

/// A component, and the requests that it answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The artifact, relative to the file.
    component: PathBuf,
    /// The artifact that takes over as soon as it is there.
    tier: Option<PathBuf>,
    host: Option<String>,
    #[serde(default)]
    path: String,
    /// Environment variables, beside those of the command line.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Variables of `wasi:config`, beside those of the command line.
    #[cfg(feature = "wasi-config")]
    #[serde(default)]
    config: BTreeMap<String, String>,
}

/// Reads the file, and opens its components. They share the options of the command line, and the cache with faster code.
///
/// # Errors
///
/// If it can't be read, has another form, names requests twice, or a component can't serve.
pub(super) fn read(
    runtime: &Arc<Runtime>,
    args: &Arc<Args>,
    file: &Path,
    options: &ServeOptions,
) -> Result<Vec<Site>, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::own(Code::Io, || format!("can't read `{name}`: {error}")))?;
    let entries: File = toml::from_str(&text).map_err(|error| {
        Failure::own(Code::Usage, || format!("`{name}`: {}", error.to_string().trim_end()))
    })?;
    let wrong = |why: String| Failure::own(Code::Usage, || format!("`{name}`: {why}"));
    if entries.site.is_empty() {
        return Err(wrong("it lists no `[[site]]`".into()));
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut sites = Vec::<Site>::new();
    for entry in entries.site {
        let path = entry.path.trim_end_matches('/').to_owned();
        if !path.is_empty() && !path.starts_with('/') {
            return Err(wrong(format!("the path `{path}` doesn't begin with `/`")));
        }
        let host = entry.host.map(|host| host.trim_end_matches('.').to_ascii_lowercase());
        if sites.iter().any(|site| (&site.host, &site.path) == (&host, &path)) {
            let host = host.as_deref().unwrap_or("every host");
            return Err(wrong(format!("two sites have the requests for `{host}` and the path `{path}/`")));
        }
        let component = folder.join(entry.component);
        let name = component.display().to_string();
        #[cfg_attr(not(feature = "wasi-config"), expect(unused_mut))]
        let mut optional = args.optional.apart();
        #[cfg(feature = "wasi-config")]
        optional.config.extend(entry.config);
        let args = Arc::new(args.of_site(component.clone(), entry.env, optional));
        let tier = entry.tier.map(|tier| folder.join(tier));
        let guest = Guest::open(runtime, &args, component, tier, options)?;
        sites.push(Site { host, path, name, guest: Arc::new(guest) });
    }
    Ok(sites)
}
