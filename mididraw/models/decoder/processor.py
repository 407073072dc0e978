"""What a sequence's logits go through between the network and the draw."""

from mididraw.arrays import Floats, Ints


class LogitsProcessor:
    """Changes the logits of sequences and follows what is drawn from them.

    Its state is kept by slot, and a decoder calls it for all sequences that share it at once. As
    it stands it changes nothing and keeps nothing.
    """

    def apply(self, logits: Floats, slots: Ints) -> Floats:  # noqa: ARG002 -- for others
        """Change what may be drawn next.

        Args:
            logits: ``float32[n, vocabulary]``, as the processors before this one leave them; they
                may be changed in place.
            slots: ``int64[n]``.

        Returns:
            ``float32[n, vocabulary]``.
        """
        return logits

    def observe(self, slots: Ints, tokens: Ints) -> None:
        """Follow the tokens that were drawn, ``int64[n]`` each."""

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others, ``int64[n]`` each, none of them in both."""

    def release(self, slots: Ints) -> None:
        """Forget slots, ``int64[n]``, whose sequences have left."""
