#!/usr/bin/python3
"""skontrod as a process: flags, exit codes, signals, and what it prints."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess

from grpc_client import Client, Skontrod, check, main


def run(program, *flags, **environment):
    """Exit code and both outputs of a skontrod that is to end by itself."""
    done = subprocess.run(
        [program, *flags], capture_output=True, text=True, timeout=60,
        env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def expect(result, code, *words):
    check(result[0] == code, "exit code", result[0], "not", code, result)
    for word in words:
        check(word in result[1] + result[2], word, "is not in", result)


def check_command_line(program, directory):
    expect(run(program, "--help"), 0, "--data-dir", "--grpc-listen",
           "--log-format", "--log-level", "--cache-mb", "--check", "--version",
           "Examples:", "Exit codes:")
    expect(run(program, "--version"), 0, "skontrod 0.")
    for flags in (["--nonsense"], ["--cache-mb", "x"], ["--cache-mb", "1"],
                  ["--log-format", "xml"], ["--log-level", "loud"],
                  ["--grpc-listen", "7411"]):
        expect(run(program, "--data-dir", directory, *flags), 2,
               "skontrod --help")
    for address in ("0.0.0.0:7411", "[::]:7411", "192.0.2.1:7411"):
        expect(run(program, "--data-dir", directory, "--insecure-loopback",
                   "--grpc-listen", address),
               2, "loopback", "127.0.0.1:PORT")
    check(not pathlib.Path(directory).exists(), "a bad command line made",
          directory)


def check_default_directory(program, directory):
    home = pathlib.Path(directory).parent / "home"
    expect(run(program, "--check", XDG_DATA_HOME=str(home)), 0,
           str(home / "skontro"))
    check((home / "skontro" / "SKONTRO").is_file(), "no marker")
    expect(run(program, "--check", XDG_DATA_HOME="", HOME=str(home)), 0,
           str(home / ".local/share/skontro"))
    expect(run(program, "--check", XDG_DATA_HOME="", HOME=""), 2, "--data-dir")


def check_directories(program, directory):
    directory = pathlib.Path(directory)
    expect(run(program, "--data-dir", str(directory), "--check"), 0,
           "0 networks")
    with Skontrod(program, directory) as server:
        expect(run(program, "--data-dir", str(directory)), 3,
               f"process {server.process.pid}", "stop that server")
        address = server.address
        other = directory.with_name("other")
        expect(run(program, "--data-dir", str(other), "--grpc-listen", address),
               8, "cannot listen on", "--grpc-listen")
        check(server.stop()[0] == 0, "did not stop")
    marker = directory / "SKONTRO"
    text = marker.read_text()
    marker.write_text(text.replace("format 1", "format 99"))
    expect(run(program, "--data-dir", str(directory)), 5, "format 99", "newer")
    marker.write_text("something else\n")
    expect(run(program, "--data-dir", str(directory)), 6, "left as it is")
    marker.unlink()
    expect(run(program, "--data-dir", str(directory)), 6, "not empty")
    expect(run(program, "--data-dir", "/dev/null"), 6)
    marker.write_text(text)
    expect(run(program, "--data-dir", "/proc/skontro"), 4)


def check_damage(program, directory):
    directory = pathlib.Path(directory).with_name("damaged")
    with Skontrod(program, directory) as server:
        Client(server.address).call(
            "NetworkService.CreateNetwork", network_id="res", request_id="n-1",
            network={"display_name": "Res", "unit_code": "RES",
                     "peg_currency_code": "EUR"})
        check(server.stop()[0] == 0, "did not stop")
    expect(run(program, "--data-dir", str(directory), "--check"), 0,
           "1 networks")
    leftover = directory / "networks" / ".creating-half"
    leftover.mkdir()
    (leftover / "file").write_text("half")
    expect(run(program, "--data-dir", str(directory), "--check"), 0)
    check(not leftover.exists(), "a leftover was not removed")
    anchors = directory / "anchors"
    shutil.copytree(directory / "networks/res", directory / "networks/copy")
    expect(run(program, "--data-dir", str(directory)), 10, "network copy")
    shutil.copy(anchors / "res.anchor", anchors / "copy.anchor")
    expect(run(program, "--data-dir", str(directory)), 7, "network copy")
    shutil.rmtree(directory / "networks/copy")
    (anchors / "copy.anchor").unlink()
    (directory / "networks/res/CURRENT").unlink()
    expect(run(program, "--data-dir", str(directory)), 7, "network res", "copy")


def check_signals(program, directory):
    directory = pathlib.Path(directory).with_name("signals")
    for number in (signal.SIGTERM, signal.SIGINT):
        with Skontrod(program, directory, "--log-format", "json") as server:
            code, log = server.stop(number)
            check(code == 0, code, log)
            for event in ("starting", "opened", "listening", "stopping",
                          "stopped"):
                check(f'"event":"{event}"' in log, event, log)
    # A call that waits keeps the server for its time of grace; the second
    # signal does not.
    with Skontrod(program, directory) as server:
        client = Client(server.address)
        client.call("NetworkService.CreateNetwork", network_id="res",
                    request_id="n-1",
                    network={"display_name": "Res", "unit_code": "RES",
                             "peg_currency_code": "EUR"})
        client.call("MemberService.CreateMember", parent="networks/res",
                    member_id="a", request_id="m-1",
                    member={"legal_name": "A", "country_code": "FR"})
        request = client.message("skontro.v1.GetMemberRequest")(
            name="networks/res/members/a", min_sequence=999)
        waiting = client.channel.unary_unary(
            "/skontro.v1.MemberService/GetMember").future(
                request.SerializeToString(), timeout=50)
        client.call("NetworkService.GetNetwork", name="networks/res")
        server.process.send_signal(signal.SIGTERM)
        for line in server.process.stderr:
            if " stopping " in line:
                break
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(timeout=5)
        check(code == 128 + signal.SIGTERM, "exit code", code)
        waiting.cancel()


def check_a_port_that_is_taken(program, directory):
    directory = pathlib.Path(directory).with_name("port")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        expect(run(program, "--data-dir", str(directory), "--grpc-listen",
                   f"127.0.0.1:{port}"), 8, str(port))


def test(program, directory):
    check_command_line(program, str(directory))
    check_default_directory(program, str(directory))
    check_directories(program, str(directory))
    check_damage(program, str(directory))
    check_signals(program, str(directory))
    check_a_port_that_is_taken(program, str(directory))


if __name__ == "__main__":
    main(test)
