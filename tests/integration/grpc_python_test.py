#!/usr/bin/python3
"""A stranger's client: knows the server by reflection only, proposes a trade,
accepts it, reads the statement, and decodes errors as google.rpc has them."""

import signal
import time

import grpc

from grpc_client import Client, Skontrod, check, main

NETWORK = {
    "display_name": "Réseau", "unit_code": "RES", "unit_decimals": 2,
    "peg_currency_code": "EUR", "time_zone": "Europe/Paris",
    "default_credit_line": {"minor_units": 100000},
}
SELLER = "networks/res/members/imprimerie"
BUYER = "networks/res/members/boulangerie"
ACCOUNT = BUYER + "/accounts/main"


def trade(units, **more):
    return {"seller": SELLER, "buyer": BUYER, "initiator": "SELLER",
            "unit_leg": {"minor_units": units}, **more}


def check_services(client):
    check(set(client.services) >= {
        "skontro.v1.AccountService", "skontro.v1.AuditService",
        "skontro.v1.CreditService", "skontro.v1.FiscalService",
        "skontro.v1.MemberService", "skontro.v1.NetworkService",
        "skontro.v1.TradeService", "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection"}, client.services)
    health = client.channel.unary_unary(
        "/grpc.health.v1.Health/Check")(b"", timeout=20)
    check(health == b"\x08\x01", "not SERVING:", health)


def make_network(client):
    client.call("NetworkService.CreateNetwork", network_id="res",
                request_id="n-1", network=NETWORK)
    for member in ("imprimerie", "boulangerie"):
        client.call("MemberService.CreateMember", parent="networks/res",
                    member_id=member, request_id="m-" + member,
                    member={"legal_name": member.title(), "country_code": "FR"})


def settle_a_trade(client):
    proposed = client.call(
        "TradeService.CreateTrade", parent="networks/res", request_id="t-1",
        trade_id="f-1", trade=trade(72000, invoice={"number": "F-1"}))
    check(proposed.trade.name == "networks/res/trades/f-1", proposed)
    accept = {"name": proposed.trade.name, "request_id": "t-2"}
    accepted = client.call("TradeService.AcceptTrade", **accept)
    again = client.call("TradeService.AcceptTrade", **accept)
    check(again == accepted, again)
    check(len(accepted.outcome.digest) == 32, accepted)
    return accepted


def check_statement(client):
    statement = client.call("AccountService.GetStatement", name=ACCOUNT)
    check(statement.opening_balance.minor_units == 0, statement)
    check(statement.closing_balance.minor_units == -72000, statement)
    check(len(statement.lines) == 1, statement)
    check(statement.lines[0].counterparty_legal_name == "Imprimerie", statement)


def check_errors(client):
    code, reason, metadata = client.error(
        "TradeService.CreateTrade", parent="networks/res", request_id="t-3",
        trade={**trade(28001), "initiator": "BUYER"})
    check((code, reason) == ("FAILED_PRECONDITION", "CREDIT_LINE_EXCEEDED"),
          code, reason)
    check(metadata == {"account": ACCOUNT, "spendable": "28000",
                       "amount": "28001", "missing": "1"}, metadata)
    code, reason, metadata = client.error(
        "TradeService.GetTrade", name="networks/res/trades/none")
    check((code, reason) == ("NOT_FOUND", "RESOURCE_NOT_FOUND"), code, reason)
    code, reason, metadata = client.error(
        "TradeService.CreateTrade", parent="networks/res", request_id="",
        trade=trade(5))
    check(metadata["field"] == "request_id", metadata)
    code, reason, metadata = client.error(
        "AccountService.GetAccount", name=ACCOUNT, min_sequence=999, timeout=1)
    check((code, reason) == ("OUT_OF_RANGE", "SEQUENCE_NOT_REACHED"), code,
          reason)


def check_operations(client):
    operation = client.call("AuditService.Verify", name="networks/res").operation
    while operation.state == 1:
        time.sleep(0.05)
        operation = client.call("OperationService.GetOperation",
                                name=operation.name).operation
    check(operation.verify_report.verdict == 1, operation)


def check_streams(client):
    chunks = client.call("FiscalService.Export", member=SELLER,
                         format="JOURNAL_CSV", year=2026)
    names = [chunk.file_name for chunk in chunks if chunk.file_name]
    check(names and names[-1].endswith(".manifest.json"), names)


def test(program, directory):
    with Skontrod(program, directory, "--log-format", "json") as server:
        client = Client(server.address)
        check_services(client)
        make_network(client)
        accepted = settle_a_trade(client)
        check_statement(client)
        check_errors(client)
        check_operations(client)
        check_streams(client)
        code, log = server.stop()
        check(code == 0, code, log)
        check('"event":"stopped"' in log, log)
    # What was answered is there after a kill too.
    with Skontrod(program, directory) as server:
        client = Client(server.address)
        again = client.call("TradeService.AcceptTrade",
                            name="networks/res/trades/f-1", request_id="t-2")
        check(again.SerializeToString() == accepted.SerializeToString(), again)
        client.call("TradeService.CreateTrade", parent="networks/res",
                    request_id="t-4", trade=trade(1))
        code, log = server.stop(signal.SIGKILL)
        check(code == -signal.SIGKILL, code)
    with Skontrod(program, directory) as server:
        client = Client(server.address)
        check_statement(client)
        listed = client.call("TradeService.ListTrades", parent="networks/res")
        check(len(listed.trades) == 2, listed)
        try:
            client.channel.unary_unary("/skontro.v1.TradeService/CreateTrade")(
                b"\xff\xff", timeout=20)
            check(False, "bytes that are no message were taken")
        except grpc.RpcError as error:
            check(client.decode(error)[:2] == ("INVALID_ARGUMENT",
                                               "FIELD_INVALID"), error)
        code, log = server.stop(signal.SIGINT)
        check(code == 0, code, log)


if __name__ == "__main__":
    main(test)
