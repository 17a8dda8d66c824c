//! Reading, writing and finding objects through `opendal`.

use super::failure::Failure;
use super::limits::RemoteLimits;
use futures_util::TryStreamExt;
use opendal::{Buffer, Error, ErrorKind, Operator};
use tokio::time::timeout;

/// Reads an object; `None` if there is none.
pub(super) async fn read(
    operator: &Operator,
    name: &str,
    limits: &RemoteLimits,
) -> Result<Option<Vec<u8>>, Failure> {
    let begin = async { operator.reader(name).await?.into_bytes_stream(..).await };
    let mut stream = match timeout(limits.idle, begin).await.map_err(|_| Failure::idle(limits))? {
        Ok(stream) => stream,
        Err(error) => return absent(&error),
    };
    let mut object = Vec::new();
    loop {
        match timeout(limits.idle, stream.try_next()).await.map_err(|_| Failure::idle(limits))? {
            Ok(Some(part)) if (object.len() + part.len()) as u64 > limits.max_bytes => {
                return Err(Failure::too_much(limits));
            }
            Ok(Some(part)) => object.extend_from_slice(&part),
            Ok(None) => return Ok(Some(object)),
            Err(error) => {
                // The stream wraps opendal's errors; another one would be the connection's.
                let inner = error.get_ref().and_then(|error| error.downcast_ref::<Error>());
                return inner.map_or_else(|| Err(Failure::temporary(&error)), absent);
            }
        }
    }
}

/// Tells for each name whether there is an object.
pub(super) async fn exist(
    operator: &Operator,
    names: &[String],
    limits: &RemoteLimits,
) -> Result<Vec<bool>, Failure> {
    let mut exist = Vec::new();
    for name in names {
        let exists = timeout(limits.idle, operator.exists(name)).await.map_err(|_| Failure::idle(limits))?;
        exist.push(exists.map_err(|error| failure(&error))?);
    }
    Ok(exist)
}

/// Writes an object.
pub(super) async fn write(operator: &Operator, name: &str, object: Buffer) -> Result<(), Failure> {
    operator.write(name, object).await.map(|_| ()).map_err(|error| failure(&error))
}

fn absent<T>(error: &Error) -> Result<Option<T>, Failure> {
    match error.kind() {
        ErrorKind::NotFound => Ok(None),
        _ => Err(failure(error)),
    }
}

fn failure(error: &Error) -> Failure {
    match error.kind() {
        ErrorKind::RateLimited => Failure::temporary(said(error)),
        // Some services report it as temporary.
        ErrorKind::PermissionDenied => Failure::lasting(said(error)),
        _ if error.is_temporary() => Failure::temporary(said(error)),
        // opendal takes it for a lasting one of some services.
        _ if status(error).as_deref() == Some("429") => Failure::temporary(said(error)),
        _ => Failure::lasting(said(error)),
    }
}

/// The code of S3, and of those that speak like it, for a request of another time.
const SKEWED: &str = "RequestTimeTooSkewed";

/// The text of an error, without the request's details.
pub(super) fn said(error: &Error) -> String {
    let clock = if error.to_string().contains(SKEWED) {
        "; the clock of this machine, or of the store, is off: set it"
    } else {
        ""
    };
    words(error) + clock
}

/// The status of HTTP that an error is about. It is only part of the full text, whose rest is the request's details.
fn status(error: &Error) -> Option<String> {
    error.to_string().split_once("status: ").and_then(|(_, rest)| Some(rest.get(..3)?.into()))
}

fn words(error: &Error) -> String {
    // An HTML page says no more than the status does.
    if error.message().is_empty() || error.message().starts_with('<') {
        return match status(error) {
            Some(status) => format!("{}: it answered with status {status}", error.kind()),
            None => error.kind().to_string(),
        };
    }
    let mut text = format!("{}: {}", error.kind(), error.message());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}
