"""A proxy between a client and a server that cuts connections when a test says
so, as those on the way do with what is idle."""

import contextlib
import select
import socket
import threading


class CuttingProxy:
    """Passes on what comes to `address`, until `cut` or `stop`."""

    def __init__(self, server):
        self._server = server.rpartition(":")[::2]
        self._lock = threading.Lock()
        self._pairs = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self):
        """Ends every connection; new ones are taken."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for end in (end for pair in pairs for end in pair):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def stop(self):
        # A thread that waits for a connection does not see a plain close.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        self.cut()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[near],
                                 daemon=True).start()

    def _serve(self, near):
        with near, contextlib.suppress(OSError):
            with socket.create_connection(self._server) as far:
                with self._lock:
                    self._pairs.append((near, far))
                others = {near: far, far: near}
                while True:
                    for source in select.select([near, far], [], [])[0]:
                        data = source.recv(1 << 16)
                        if not data:
                            return
                        others[source].sendall(data)
