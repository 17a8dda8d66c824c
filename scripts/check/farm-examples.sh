#!/usr/bin/env bash
# farm-examples.sh: runs the files of examples/shards on this machine, and compares what they make with what one run
# makes: GNU parallel over ssh to this machine, Slurm with one node, the commands of the workflow, and the Job's
# arguments with the variables of an Indexed Job. The Job is also compared with Kubernetes' schemas, and its number of
# parts with its number of pods. The comparison must notice a part that is missing, and the schemas a Job that is wrong;
# shards.py sees that no part does another's work. Installs parallel, OpenSSH's server, Slurm and, from PyPI,
# kubernetes-validate; takes root. scripts/check/workflows.sh lints the workflow. PRECOMPILE names a binary; it is built
# if it is not named.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
apt_install parallel openssh-server openssh-client slurm-wlm munge
python3 -m pip --version >/dev/null 2>&1 || apt_install python3-pip
validate="$cache/kubernetes-validate-1.37.0"
[ -d "$validate" ] || PIP_ROOT_USER_ACTION=ignore python3 -m pip install -q --target "$validate" kubernetes-validate==1.37.0
if [ -z "${PRECOMPILE-}" ]; then
    build_precompile
    PRECOMPILE="$(target_dir)/debug/precompile"
fi

work="$(mktemp -d)"
daemons=()
stop() {
    for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
farm="$PWD/examples/shards"
mkdir "$work/bin" "$work/modules"
cp "$PRECOMPILE" "$work/bin/precompile"
export PATH="$work/bin:$PATH" PRECOMPILE_CACHE_DIR="$work/cache"
for number in $(seq 40); do
    body="$(printf '(drop (i32.const %d))' $(seq $((number * number))))"
    echo "(module (func (export \"f\") $body))" >"$work/modules/m$number.wat"
done
cd "$work"
precompile -q --no-cache --target x86_64,aarch64 --out-dir whole modules

# same WHAT: the artifacts are those of one run. They are removed, and so is the cache.
same() {
    diff -rq whole artifacts >&2 || { echo "error: $1 made other artifacts than one run" >&2; exit 1; }
    rm -rf artifacts cache
    echo "ok: $1"
}

# lacks WHAT COMMAND...: the comparison notices that a part is missing.
lacks() {
    if (same "$1") >/dev/null 2>&1; then
        echo "error: $1: a missing part was not noticed" >&2
        exit 1
    fi
    rm -rf artifacts cache
}

# The workflow's command, for each part.
parts="$(sed -n 's/^ *part: \[\(.*\)\]$/\1/p' "$farm/github.yml" | tr -d ,)"
total=$(wc -w <<<"$parts")
workflow() {
    local part="$1" command
    command="$(sed -n 's/^ *- run: \(precompile --shard.*\)$/\1/p' "$farm/github.yml")"
    command="${command//\$\{\{ matrix.part \}\}/$part}"
    command="${command//\$\{\{ strategy.job-total \}\}/$total}"
    # shellcheck disable=SC2086 # the workflow's shell splits it, too
    $command 2>/dev/null
}
for part in $parts; do workflow "$part"; done
same "the workflow's commands, in $total parts"
for part in ${parts% *}; do workflow "$part"; done
lacks "the workflow's commands without the last part"

# The Job: its schema, its number of parts, and its arguments, in each of its pods.
cat >job <<'PYTHON'
import sys

import kubernetes_validate
import yaml

path, job = sys.argv[1], yaml.safe_load(open(sys.argv[1]))


def wrong(job):
    try:
        kubernetes_validate.validate(job, "1.29", strict=True)
    except kubernetes_validate.ValidationError as error:
        return error.message
    container = job["spec"]["template"]["spec"]["containers"][0]
    variables = {variable["name"]: variable["value"] for variable in container["env"]}
    if int(variables["PRECOMPILE_SHARDS"]) != job["spec"]["completions"]:
        return "it has another number of parts than of pods"
    return None


def planted(change):
    other = yaml.safe_load(open(path))
    change(other["spec"])
    if not wrong(other):
        sys.exit("error: a planted fault in the Job is not found")


if fault := wrong(job):
    sys.exit(f"error: {path}: {fault}")
planted(lambda spec: spec.update(completion="Indexed"))
planted(lambda spec: spec.update(completions=15))
container = job["spec"]["template"]["spec"]["containers"][0]
print(job["spec"]["completions"], *(arg for arg in container["args"] if not arg.startswith("--cache-dir")))
PYTHON
read -r pods arguments < <(PYTHONPATH="$validate" python3 job "$farm/kubernetes.yaml")
arguments="${arguments//\/artifacts/artifacts}"
arguments="${arguments//\/modules/modules}"
for index in $(seq 0 $((pods - 1))); do
    # shellcheck disable=SC2086 # these are several arguments
    JOB_COMPLETION_INDEX=$index PRECOMPILE_SHARDS=$pods precompile $arguments
done
same "the Job's arguments, in $pods pods"

# GNU parallel, over ssh to this machine under two names.
ssh-keygen -q -t ed25519 -N "" -f host
ssh-keygen -q -t ed25519 -N "" -f user
mkdir -p /run/sshd
cat >sshd.conf <<EOF2
ListenAddress 127.0.0.1:2222
HostKey $work/host
AuthorizedKeysFile $work/user.pub
PidFile none
StrictModes no
PermitRootLogin yes
SetEnv PATH=$PATH PRECOMPILE_CACHE_DIR=$PRECOMPILE_CACHE_DIR
EOF2
/usr/sbin/sshd -D -f "$work/sshd.conf" 2>sshd.log &
daemons+=($!)
cat >ssh <<EOF2
Host one two
    HostName 127.0.0.1
    Port 2222
    IdentityFile $work/user
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    LogLevel ERROR
EOF2
printf '#!/bin/sh\nexec /usr/bin/ssh -F %s "$@"\n' "$work/ssh" >bin/ssh
chmod +x bin/ssh
for _ in $(seq 50); do ssh one true 2>/dev/null && break; sleep 0.2; done
# parallel asks for a citation where there is a terminal.
HOME="$work" "$farm/parallel.sh" one two 2>parallel.log || { cat parallel.log sshd.log >&2; exit 1; }
same "GNU parallel over ssh, on 2 machines"

# Slurm, with one node: this machine.
node="$(hostname -s)"
[ -s /etc/munge/munge.key ] || { dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 status=none; chown munge: /etc/munge/munge.key; chmod 400 /etc/munge/munge.key; }
mkdir -p /run/munge slurm
chown munge: /run/munge
if ! munge -n >/dev/null 2>&1; then
    runuser -u munge -- /usr/sbin/munged --foreground >munged.log 2>&1 &
    daemons+=($!)
    for _ in $(seq 50); do munge -n >/dev/null 2>&1 && break; sleep 0.2; done
fi
cat >slurm/slurm.conf <<EOF2
ClusterName=farm
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=$work/slurm/state
SlurmdSpoolDir=$work/slurm/spool
SlurmctldPidFile=$work/slurm/slurmctld.pid
SlurmdPidFile=$work/slurm/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MailProg=/bin/true
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc)
PartitionName=all Nodes=ALL Default=YES State=UP
EOF2
export SLURM_CONF="$work/slurm/slurm.conf"
mkdir slurm/state slurm/spool
slurmctld -D -c >slurm/slurmctld.log 2>&1 &
daemons+=($!)
slurmd -D -N "$node" >slurm/slurmd.log 2>&1 &
daemons+=($!)
for _ in $(seq 100); do [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && break; sleep 0.2; done
sbatch --wait --cpus-per-task=1 "$farm/slurm.sh" >/dev/null || { cat precompile-*.log slurm/*.log >&2; exit 1; }
same "Slurm's array, of $(find . -maxdepth 1 -name 'precompile-*.log' | wc -l) tasks"
sbatch --wait --cpus-per-task=1 --array=1-3:2 "$farm/slurm.sh" >/dev/null
same "Slurm's array with a step"
