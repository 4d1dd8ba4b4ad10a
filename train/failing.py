"""Why a run failed, in one sentence and a hint, whatever ended it.

Knows errors, those of torch by their names; loads no torch.
"""

import errno

from core.errors import TandemError

_DISK = "No space left on device"
_MEMORY = ("can't allocate memory", "CUDA out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


def why(recipe: str, error: BaseException) -> tuple[str, str]:
    """A sentence on what failed, and what to do about it; "" where there is nothing to say."""
    if isinstance(error, TandemError):
        return error.sentence, error.hint
    if _is_memory(error):
        return "There was not enough memory.", "Choose a smaller batch_size or max_length."
    if _is_disk(error):
        where = getattr(error, "filename", None)
        kept = "Make room, then go on; the last whole checkpoint is kept."
        return f"The disk is full{f': {where} cannot be written' if where else ''}.", kept
    first = (str(error).splitlines() or ["no message"])[0]
    return f"The {recipe} recipe failed: {type(error).__name__}: {first}", ""


def _is_memory(error: BaseException) -> bool:
    """torch says it by a class on an accelerator, and in words on a CPU."""
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return named or any(words in str(error) for words in _MEMORY)


def _is_disk(error: BaseException) -> bool:
    """Writers in other languages (safetensors, tokenizers) say it in words."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return full or _DISK in str(error)
