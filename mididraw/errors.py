"""The family of errors that a person may see; each says in one sentence what to do."""


class MididrawError(Exception):
    """Base of the family: ``str(error)`` is one sentence fit to show to a user."""


class OptionError(MididrawError):
    """An option has a value that cannot be used."""


class PictureError(MididrawError):
    """The picture cannot be turned into music."""


class NotAPictureError(PictureError):
    """The bytes are no picture of a kind that is read."""


class DamagedPictureError(PictureError):
    """The picture breaks off or contradicts itself."""


class PictureTooLargeError(PictureError):
    """The picture has more pixels or bytes than are read."""


class BlankPictureError(PictureError):
    """Nothing is drawn on the picture."""


class CrowdedPictureError(PictureError):
    """Nearly all of the picture is ink."""


class MidiError(MididrawError):
    """The file is no MIDI that can be read."""


class ModelError(MididrawError):
    """A model cannot be loaded, or cannot be trained as asked."""


class SoundError(MididrawError):
    """The sound cannot be made: a program, library or SoundFont is missing or refused the work."""


class VideoError(MididrawError):
    """The video cannot be made as small as it has to be."""


class OutputError(MididrawError):
    """A result cannot be written where it was asked for."""
