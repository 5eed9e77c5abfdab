"""The events of one streamed answer, as they were sent.

The SDK's own decoder makes text and two objects of every line; it took as long as all
the rest of the way from the socket. Ours splits bytes and reads JSON, nothing else.
"""

from collections.abc import AsyncIterator, Iterator

import httpx2
import openai
import orjson

DONE = b"[DONE]"


class EventStream(openai.AsyncStream[object]):
    async def __stream__(self) -> AsyncIterator[object]:
        """Raises ValueError for what is no JSON."""
        events = EventData()
        try:
            async for chunk in self.response.aiter_bytes():
                for data in events.feed(chunk):
                    yield orjson.loads(data)
        except httpx2.HTTPError as error:
            raise openai.APIConnectionError(request=self.response.request) from error
        finally:
            await self.response.aclose()


class EventData:
    """What server-sent events carry in their `data`, of chunks cut anywhere.

    After the standard (https://html.spec.whatwg.org/multipage/server-sent-events.html),
    save that a lone carriage return, which nobody writes, ends no line. An event that
    lacks its empty line is not complete and does not count.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[5:].strip())
            elif self._data and line in (b"", b"\r"):
                data = b"\n".join(self._data)
                self._data.clear()
                if data != DONE:
                    yield data
