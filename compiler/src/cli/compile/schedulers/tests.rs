use super::*;

fn of(variables: &[(&str, &str)]) -> Result<(u32, u32), String> {
    let value = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| String::from(*value))
    };
    shard(&value).map(|shard| (shard.number, shard.of)).map_err(|error| format!("{error:#}"))
}

#[test]
fn each_scheduler_names_a_part() {
    let slurm = |id, min, count, step| {
        of(&[
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_MIN", min),
            ("SLURM_ARRAY_TASK_COUNT", count),
            ("SLURM_ARRAY_TASK_STEP", step),
        ])
    };
    assert_eq!(of(&[("JOB_COMPLETION_INDEX", "0"), (COUNT, "8")]), Ok((1, 8)));
    assert_eq!(of(&[("NOMAD_ALLOC_INDEX", "7"), (COUNT, "8")]), Ok((8, 8)));
    assert_eq!(of(&[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "3")]), Ok((1, 3)));
    assert_eq!(slurm("0", "0", "4", "1"), Ok((1, 4)));
    assert_eq!(slurm("16", "1", "16", "1"), Ok((16, 16)));
    assert_eq!(slurm("9", "1", "4", "4"), Ok((3, 4)));
    assert_eq!(of(&[("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_ARRAY_TASK_COUNT", "3")]), Ok((3, 3)));
}

/// A total of one is set in all of GitLab's jobs, and names no part.
#[test]
fn a_count_alone_is_no_scheduler() {
    let error = of(&[("CI_NODE_TOTAL", "1"), (COUNT, "8")]).unwrap_err();
    for scheduler in SCHEDULERS.iter().chain([&OWN]) {
        assert!(error.contains(scheduler.index), "{error}");
    }
}

#[test]
fn own_variables_count_more_than_two_schedulers() {
    let two = [("JOB_COMPLETION_INDEX", "0"), ("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "2"), (COUNT, "5")];
    let error = of(&two).unwrap_err();
    assert!(error.contains("by Kubernetes and GitLab: set `PRECOMPILE_SHARD_INDEX`"), "{error}");
    assert_eq!(of(&[&two[..], &[("PRECOMPILE_SHARD_INDEX", "4")]].concat()), Ok((5, 5)));
}

#[test]
fn wrong_variables_are_named() {
    let slurm = |id| {
        of(&[
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_MIN", "1"),
            ("SLURM_ARRAY_TASK_COUNT", "3"),
            ("SLURM_ARRAY_TASK_STEP", "2"),
        ])
    };
    for (found, words) in [
        (of(&[("JOB_COMPLETION_INDEX", "3")]), "`PRECOMPILE_SHARDS` is not"),
        (
            of(&[("JOB_COMPLETION_INDEX", "8"), (COUNT, "8")]),
            "`JOB_COMPLETION_INDEX` is 8, and `PRECOMPILE_SHARDS` 8",
        ),
        (of(&[("JOB_COMPLETION_INDEX", "0"), (COUNT, "0")]), "`PRECOMPILE_SHARDS` 0"),
        (of(&[("NOMAD_ALLOC_INDEX", "one"), (COUNT, "8")]), "`NOMAD_ALLOC_INDEX` is `one`, and no number"),
        (of(&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")]), "numbers go from 1 on"),
        // The numbers of an irregular array, and the last one of three.
        (slurm("2"), "2 apart"),
        (slurm("7"), "`SLURM_ARRAY_TASK_ID` is 7"),
    ] {
        let error = found.unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(slurm("5"), Ok((3, 3)));
}
