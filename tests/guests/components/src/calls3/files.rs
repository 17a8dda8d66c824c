//! The package `wasi:filesystem`, in the folder that the guest is given.

use super::{Lines, sent};
use wasip3::clocks::system_clock::Instant;
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DescriptorStat, ErrorCode, MetadataHashValue, NewTimestamp,
    OpenFlags, PathFlags,
};

pub(super) async fn calls(lines: &mut Lines) {
    let folders = get_directories();
    lines.add("get-directories", folders.iter().map(|(_, name)| name).collect::<Vec<_>>());
    let Some((folder, _)) = folders.first() else { return };
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    match folder.open_at(PathFlags::empty(), "file".into(), OpenFlags::CREATE, flags).await {
        Ok(file) => {
            content(lines, &file).await;
            names(lines, folder, &file).await;
        }
        Err(error) => lines.add("open-at", error),
    }
}

/// A file by its descriptor.
async fn content(lines: &mut Lines, file: &Descriptor) {
    lines.add("write-via-stream", sent(b"content", |bytes| file.write_via_stream(bytes, 0)).await);
    lines.add("append-via-stream", sent(b", and more", |bytes| file.append_via_stream(bytes)).await);
    lines.add("advise", file.advise(0, 4, Advice::Sequential).await);
    lines.add("sync-data", file.sync_data().await);
    lines.add("sync", file.sync().await);
    let (bytes, end) = file.read_via_stream(3);
    let text = bytes.collect().await;
    lines.add("read-via-stream", (String::from_utf8_lossy(&text), end.await));
    lines.add("get-flags", file.get_flags().await);
    lines.add("get-type", file.get_type().await);
    lines.add("set-size", file.set_size(4).await);
    lines.add("set-times", file.set_times(NewTimestamp::NoChange, at(1000)).await);
    lines.add("stat", file.stat().await.map(told));
}

/// Files by their names.
async fn names(lines: &mut Lines, folder: &Descriptor, file: &Descriptor) {
    let none = PathFlags::empty();
    let hash = |hash: Result<MetadataHashValue, ErrorCode>| hash.map(|hash| (hash.lower, hash.upper));
    let of_file = hash(file.metadata_hash().await).ok();
    lines.add("metadata-hash", of_file.is_some());
    lines.add("metadata-hash-at", hash(folder.metadata_hash_at(none, "file".into()).await).ok() == of_file);
    lines.add("set-times-at", folder.set_times_at(none, "file".into(), at(3000), at(2000)).await);
    lines.add("stat-at", folder.stat_at(none, "file".into()).await.map(told));
    lines.add("create-directory-at", folder.create_directory_at("sub".into()).await);
    lines.add("link-at", folder.link_at(none, "file".into(), folder, "sub/link".into()).await);
    lines.add("symlink-at", folder.symlink_at("file".into(), "symlink".into()).await);
    lines.add("readlink-at", folder.readlink_at("symlink".into()).await);
    lines.add("rename-at", folder.rename_at("sub/link".into(), folder, "renamed".into()).await);
    lines.add("is-same-object", (file.is_same_object(file).await, file.is_same_object(folder).await));
    let (entries, end) = folder.read_directory();
    let mut names: Vec<_> = entries.collect().await.into_iter().map(|entry| entry.name).collect();
    names.sort();
    lines.add("read-directory", (names, end.await));
    lines.add("unlink-file-at", folder.unlink_file_at("renamed".into()).await);
    lines.add("remove-directory-at", folder.remove_directory_at("sub".into()).await);
}

fn at(seconds: i64) -> NewTimestamp {
    NewTimestamp::Timestamp(Instant { seconds, nanoseconds: 0 })
}

/// The type of a file, its size, and the second in which it was last written.
fn told(stat: DescriptorStat) -> String {
    let written = stat.data_modification_timestamp.map(|time| time.seconds);
    format!("{:?}, {} bytes, {written:?}", stat.type_, stat.size)
}
