#!/usr/bin/env bash
# slurm.sh: the parts of a plan as an array of Slurm: `sbatch slurm.sh`, in a folder that all machines have. A task that
# was lost is found by the next run: submit the whole array again.
#SBATCH --job-name=precompile
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --output=precompile-%a.log
set -euo pipefail

precompile --shard auto --jobs "$SLURM_CPUS_PER_TASK" --target x86_64,aarch64 --out-dir artifacts modules
