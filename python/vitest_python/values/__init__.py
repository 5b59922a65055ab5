"""Values between the languages; docs/values.md has the table and docs/protocol.md the wire format."""

from .carrier import Carrier as Carrier
from .decode import decode as decode
from .decode import decode_arguments as decode_arguments
from .encode import encode as encode
from .encode import encode_reference as encode_reference
