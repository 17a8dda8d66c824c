//! One object there or back, within limits.

use super::Limits;
use futures_util::TryStreamExt;
use opendal::{Error, ErrorKind, Operator};
use tokio::time::timeout;

/// Reads an object; `None` where there is none.
pub(super) async fn read(
    operator: &Operator,
    name: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, String> {
    let read = async {
        let idle = || format!("it sent nothing for {} s", limits.idle.as_secs_f32());
        let begin = async { operator.reader(name).await?.into_bytes_stream(..).await };
        let mut stream = match timeout(limits.idle, begin).await.map_err(|_| idle())? {
            Ok(stream) => stream,
            Err(error) => return absent(&error),
        };
        let mut object = Vec::new();
        loop {
            match timeout(limits.idle, stream.try_next()).await.map_err(|_| idle())? {
                Ok(Some(part)) if (object.len() + part.len()) as u64 > limits.max_bytes => {
                    return Err(format!("it sent more than {} bytes", limits.max_bytes));
                }
                Ok(Some(part)) => object.extend_from_slice(&part),
                Ok(None) => return Ok(Some(object)),
                Err(error) => {
                    // What the stream wraps.
                    let inner = error.get_ref().and_then(|error| error.downcast_ref::<Error>());
                    return match inner {
                        Some(error) => absent(error),
                        None if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                        None => Err(error.to_string()),
                    };
                }
            }
        }
    };
    let late = |_| format!("it took longer than {} s to send an entry", limits.transfer.as_secs_f32());
    timeout(limits.transfer, read).await.map_err(late)?
}

/// Writes an object.
pub(super) async fn write(
    operator: &Operator,
    name: &str,
    object: Vec<u8>,
    limits: &Limits,
) -> Result<(), String> {
    let late = |_| format!("it took longer than {} s to take an entry", limits.transfer.as_secs_f32());
    match timeout(limits.transfer, operator.write(name, object)).await.map_err(late)? {
        Ok(_) => Ok(()),
        Err(error) => Err(said(&error)),
    }
}

fn absent<T>(error: &Error) -> Result<Option<T>, String> {
    match error.kind() {
        ErrorKind::NotFound => Ok(None),
        _ => Err(said(error)),
    }
}

/// What happened, on one line, without the request's details.
fn said(error: &Error) -> String {
    if error.message().is_empty() {
        return line(&error.to_string());
    }
    let mut text = format!("{}: {}", error.kind(), error.message());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    line(&text)
}

fn line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    text.trim().into()
}
