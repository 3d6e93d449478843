"""Everything that is measured on a GPU, in one command of at most nine minutes.

    python -m benchmarks.gpu --out results/gpu

The parts, in this order: `smoke` compares steps and the penalty's nested gradient with the CPU, and
a resumed run with an uninterrupted one; `roof` is the speed of large matrix products; `steps` times
our train steps, `eager` and `compiled` PyTorch's; `populations` are many members in one program;
`forecast` is for 100,000 generator steps of the WGAN-GP paper's residual networks for CIFAR-10;
`batches` are larger batches; `flags` are other settings of XLA.

Each part has a share of the time. What does not fit is measured at the end while there is time, and
listed as skipped otherwise. JAX and PyTorch run in two worker processes, which are started again
after an error. Each result is written at once, to `gpu.json` and, as tables, to `gpu.md`; `gpu.log`
has what the workers print. `--done gpu.json` keeps the results of an earlier command and goes on
with the others. `--device cpu --seconds 60 --works mlp_64` tries everything without a GPU.

Nothing is downloaded. Of the packages that jaxgan depends on, it needs JAX, Flax, Optax, chex,
jaxtyping, NumPy, SciPy, safetensors, filelock, pillow and rich.
"""
