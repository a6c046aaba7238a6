"""The client: one network of one server."""

import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from typing import Any, Callable, Optional

import grpc

from skontro import batch, submit
from skontro.amounts import Number
from skontro.caller import check_request_id
from skontro.draft import TradeDraft
from skontro.errors import CallError, decode, final
from skontro.filters import all_of, term, words
from skontro.retry import call
from skontro.trade_steps import TradeSteps
from skontro.v1 import account_service_pb2 as account_pb
from skontro.v1 import credit_service_pb2 as credit_pb
from skontro.v1 import event_service_pb2 as event_pb
from skontro.v1 import fiscal_service_pb2 as fiscal_pb
from skontro.v1 import member_service_pb2 as member_pb
from skontro.v1 import network_service_pb2 as network_pb
from skontro.v1 import trade_service_pb2 as trade_pb
from skontro.v1 import outcome_pb2
from skontro.views import (Account, Member, Statement, StatementLine, Trade,
                           date_message)
from skontro.watch import Watch

_PAGE_SIZE = 500


class Client(TradeSteps):
    """Calls a server, and tries again where that is safe.

        with Client("127.0.0.1:7411", "res") as client:
            trade = client.pay(TradeDraft("imprimerie", "boulangerie", "50.00"),
                               request_id="order-4711")

    Every change has a request id, a random UUID unless one is given. Give your
    own, stored with the order before the first call, wherever your process may
    die between the call and its answer: the same id and content gives the same
    answer for ever, and is done once.

    Reads see at least what this client was answered before, also from another
    server process after a restart (`min_sequence`).

    Raises errors.Refused, errors.Unavailable and errors.OutcomeUnknown.

    Thread safety: any thread may call; one Client per process is enough. It
    must not be used across a fork.
    """

    # --- The network and its members ------------------------------------------

    def create_network(self, network: network_pb.Network,
                       request_id: str = "") -> network_pb.Network:
        """Creates this client's network."""
        return self.change(
            "NetworkService/CreateNetwork",
            network_pb.CreateNetworkRequest(
                network=network, network_id=self.network.split("/")[-1],
                request_id=request_id),
            network_pb.CreateNetworkResponse).network

    def create_member(self, member_id: str, legal_name: str, country_code: str,
                      *, vat_id: str = "",
                      company_ids: Optional[dict[str, str]] = None,
                      address_lines: Iterable[str] = (),
                      request_id: str = "") -> Member:
        ids = [member_pb.Member.CompanyId(scheme=scheme, value=value)
               for scheme, value in (company_ids or {}).items()]
        request = member_pb.CreateMemberRequest(
            parent=self.network, member_id=member_id, request_id=request_id,
            member=member_pb.Member(
                legal_name=legal_name, country_code=country_code,
                vat_id=vat_id, company_ids=ids, address_lines=address_lines))
        return Member.of(self.change("MemberService/CreateMember", request,
                                     member_pb.CreateMemberResponse).member)

    def member(self, member: str) -> Member:
        request = member_pb.GetMemberRequest(name=self.member_name(member),
                                           min_sequence=self.sequence)
        return Member.of(self.read("MemberService/GetMember", request,
                                   member_pb.GetMemberResponse).member)

    def members(self, tax_id: str = "", *, status: str = "",
                country_code: str = "", text: str = "",
                spendable_below: Optional[Number] = None,
                line_used_percent: Optional[int] = None, filter: str = "",
                order_by: str = "") -> Iterator[Member]:
        """All members, oldest first, or those that pass: the one that has this
        VAT or company id (punctuation and case do not matter), who has `text`
        in the legal name or id, who can spend less than an amount, who has
        drawn so much of the credit line or more."""
        request = member_pb.ListMembersRequest(
            parent=self.network, page_size=_PAGE_SIZE, tax_id=tax_id,
            filter=all_of(filter, term("status", "=", status),
                          term("country_code", "=", country_code),
                          self._units("spendable", "<", spendable_below),
                          term("line_used_percent", ">=", line_used_percent),
                          words(text)),
            order_by=order_by, min_sequence=self.sequence)
        for page in self.pages("MemberService/ListMembers", request,
                               member_pb.ListMembersResponse):
            yield from map(Member.of, page.members)

    def set_credit_line(self, member: str, credit_line: Number, reason: str,
                        *, balance_limit: Optional[Number] = None,
                        request_id: str = "") -> None:
        line = credit_pb.CreditLine(
            name=self.account_name(member) + "/creditLine",
            credit_line=self.unit.to_units(credit_line, "credit_line"))
        if balance_limit is not None:
            line.balance_limit.CopyFrom(
                self.unit.to_units(balance_limit, "balance_limit"))
        self.change("CreditService/SetCreditLine",
                    credit_pb.SetCreditLineRequest(
                        credit_line=line, reason=reason, request_id=request_id),
                    credit_pb.SetCreditLineResponse)

    # --- Trades ---------------------------------------------------------------

    def create_trade(self, draft: TradeDraft, request_id: str = "") -> Trade:
        """Makes the trade: it is settled where `draft.buyer_pays`, or its units
        are held where `draft.hold`; else it is proposed to the buyer."""
        request = self._create_request(draft, request_id)
        return self._changed("TradeService/CreateTrade", request,
                             trade_pb.CreateTradeResponse)

    def pay(self, draft: TradeDraft, request_id: str = "") -> Trade:
        """The buyer pays at once, or where `draft.hold` when it is settled."""
        return self.create_trade(dataclasses.replace(draft, buyer_pays=True),
                                 request_id)

    def preview(self, draft: TradeDraft) -> list[outcome_pb2.Refusal]:
        """Every reason against the trade; nothing is kept, also no id."""
        request = self._create_request(draft, "preview")
        request.validate_only = True
        response = call(
            self._channel.unary("skontro.v1.TradeService/CreateTrade", request,
                                trade_pb.CreateTradeResponse), self.retry)
        return list(response.outcome.refusals)

    def trade(self, trade: str, *, as_of_sequence: int = 0) -> Trade:
        request = trade_pb.GetTradeRequest(
            name=self.trade_name(trade), as_of_sequence=as_of_sequence,
            min_sequence=self.sequence)
        return Trade.of(self.read("TradeService/GetTrade", request,
                                  trade_pb.GetTradeResponse).trade, self.unit)

    def trades(self, *, member: str = "", state: str = "", seller: str = "",
               buyer: str = "", from_date: Optional[datetime.date] = None,
               to_date: Optional[datetime.date] = None,
               at_least: Optional[Number] = None,
               at_most: Optional[Number] = None, invoice_number: str = "",
               purchase_order: str = "", text: str = "", filter: str = "",
               order_by: str = "", as_of_sequence: int = 0) -> Iterator[Trade]:
        """Trades, newest first, or with `order_by="create_time"` oldest first:
        of one member, in one state (SETTLED), created from and to a day, of so
        many units, with `text` in description, invoice number or purchase
        order; and whatever `filter` says besides."""
        request = trade_pb.ListTradesRequest(
            parent=self.network, page_size=_PAGE_SIZE,
            member=self.member_name(member) if member else "",
            state=(trade_pb.Trade.State.Value(state) if state
                   else trade_pb.Trade.STATE_UNSPECIFIED),
            filter=all_of(filter, term("seller", "=", seller),
                          term("buyer", "=", buyer),
                          term("booking_date", ">=", from_date),
                          term("booking_date", "<=", to_date),
                          self._units("unit_leg", ">=", at_least),
                          self._units("unit_leg", "<=", at_most),
                          term("invoice.number", "=", invoice_number),
                          term("invoice.purchase_order", "=", purchase_order),
                          words(text)),
            order_by=order_by, as_of_sequence=as_of_sequence,
            min_sequence=self.sequence)
        for page in self.pages("TradeService/ListTrades", request,
                               trade_pb.ListTradesResponse):
            for trade in page.trades:
                yield Trade.of(trade, self.unit)

    def create_trades(self, drafts: Iterable[tuple[str, TradeDraft]], *,
                      chunk: int = 1000) -> Iterator[batch.BatchResult]:
        """Makes many trades, each for itself: pairs of request id and draft.

        Yields a result for each, in order, as the calls of `chunk` trades come
        back. A chunk that got no answer is sent again whole, with the same
        ids. After one that stayed without answer to the end of the policy's
        time, its items are Unavailable or OutcomeUnknown and the next chunk
        is tried all the same: stop iterating to stop sending.
        """
        if not 1 <= chunk <= batch.ITEMS_MAX:
            raise ValueError(f"chunk: {chunk} is not in 1 to {batch.ITEMS_MAX}")
        requests = (self._create_request(draft, check_request_id(request_id))
                    for request_id, draft in drafts)
        index = 0
        for items in batch.chunks(requests, chunk):
            one = batch.ChunkCall(items, self.unit, self._send_batch,
                                  self.retry)
            results = one.run(index)
            self.saw(one.sequence)
            index += len(items)
            yield from results

    def submit_trades(self, drafts: Iterable[tuple[str, TradeDraft]], *,
                      window: int = 256) -> Iterator[batch.BatchResult]:
        """Makes trades as they come, each for itself, on a stream that stays
        open: pairs of request id and draft, from an iterator that may wait for
        the next one for as long as it likes.

        Yields a result for each, in order, soon after it was given. At most
        `window` are without a result. When the server restarts, what has no
        result is sent again with the same ids. Where that does not help to the
        end of the policy's time it raises, and what has no result yet has an
        unknown outcome: submit it again. A stream that the server took counts
        as help while no trade waits, however often it is cut.

        The iterator is advanced by another thread, and must not be used by
        others meanwhile.
        """
        if not 1 <= window <= submit.WINDOW_MAX:
            raise ValueError(
                f"window: {window} is not in 1 to {submit.WINDOW_MAX}")
        requests = (self._create_request(draft, check_request_id(request_id))
                    for request_id, draft in drafts)
        unit = self.unit

        def settle(index: int,
                   request: trade_pb.CreateTradeRequest) -> batch.BatchResult:
            one = batch.ChunkCall([request], unit, self._send_batch, self.retry)
            return one.run(index)[0]

        submission = submit.Submission(
            requests, self.network, window, unit, self.retry,
            lambda messages: self._channel.both_ways(
                "skontro.v1.TradeService/SubmitTrades", messages,
                trade_pb.SubmitTradesRequest, trade_pb.SubmitTradesResponse),
            settle)
        for result in submission:
            self.saw(submission.sequence)
            yield result

    def create_trades_atomically(self, drafts: Iterable[TradeDraft],
                                 request_id: str = "") -> list[Trade]:
        """Makes all of the trades or none: at most 1,024 of 512 KiB in all.
        The error of one that is refused has its index as metadata `item`."""
        kind = trade_pb.BatchCreateTradesRequest
        response = self.change(
            "TradeService/BatchCreateTrades",
            kind(parent=self.network, mode=kind.ATOMIC, request_id=request_id,
                 requests=[draft.request(self.unit, self.member_name, "")
                           for draft in drafts]),
            trade_pb.BatchCreateTradesResponse)
        return [Trade.of(result.response.trade, self.unit,
                         result.response.outcome)
                for result in response.results]

    # --- Accounts and exports -------------------------------------------------

    def account(self, member: str, *, as_of_sequence: int = 0) -> Account:
        request = account_pb.GetAccountRequest(
            name=self.account_name(member), as_of_sequence=as_of_sequence,
            min_sequence=self.sequence)
        response = self.read("AccountService/GetAccount", request,
                             account_pb.GetAccountResponse)
        return Account.of(response.account, self.unit, response.sequence)

    def accounts(self, *, text: str = "",
                 spendable_below: Optional[Number] = None,
                 line_used_percent: Optional[int] = None, filter: str = "",
                 order_by: str = "",
                 as_of_sequence: int = 0) -> Iterator[Account]:
        """Accounts, as they were opened or by `order_by`: who can spend less
        than an amount, or has drawn so much of the credit line or more."""
        request = account_pb.ListAccountsRequest(
            parent=self.network, page_size=_PAGE_SIZE,
            filter=all_of(filter,
                          self._units("spendable", "<", spendable_below),
                          term("line_used_percent", ">=", line_used_percent),
                          words(text)),
            order_by=order_by, as_of_sequence=as_of_sequence,
            min_sequence=self.sequence)
        for page in self.pages("AccountService/ListAccounts", request,
                               account_pb.ListAccountsResponse):
            for account in page.accounts:
                yield Account.of(account, self.unit, page.sequence)

    def entries(self, member: str, *,
                from_date: Optional[datetime.date] = None,
                to_date: Optional[datetime.date] = None,
                value_from: Optional[datetime.date] = None,
                value_to: Optional[datetime.date] = None,
                at_least: Optional[Number] = None,
                at_most: Optional[Number] = None, counterparty: str = "",
                trade: str = "", invoice_number: str = "", kind: str = "",
                filter: str = "", order_by: str = "",
                as_of_sequence: int = 0) -> Iterator[StatementLine]:
        """Entries of a member's account, oldest first, or with
        `order_by="sequence desc"` newest first: by booking date, by value
        date, of an amount (paid is below zero), by the other side."""
        request = account_pb.ListEntriesRequest(
            parent=self.account_name(member), page_size=_PAGE_SIZE,
            filter=all_of(filter, term("booking_date", ">=", from_date),
                          term("booking_date", "<=", to_date),
                          term("value_date", ">=", value_from),
                          term("value_date", "<=", value_to),
                          self._units("amount", ">=", at_least),
                          self._units("amount", "<=", at_most),
                          term("counterparty", "=", counterparty),
                          term("trade", "=", trade),
                          term("invoice_number", "=", invoice_number),
                          term("kind", "=", kind)),
            order_by=order_by, as_of_sequence=as_of_sequence,
            min_sequence=self.sequence)
        for page in self.pages("AccountService/ListEntries", request,
                               account_pb.ListEntriesResponse):
            for line in page.entries:
                yield StatementLine.of(line, self.unit)

    def statement(self, member: str, *,
                  from_date: Optional[datetime.date] = None,
                  to_date: Optional[datetime.date] = None,
                  as_of_sequence: int = 0) -> Statement:
        """The whole statement of a period, all pages of it, by booking date."""
        request = account_pb.GetStatementRequest(
            name=self.account_name(member), from_date=date_message(from_date),
            to_date=date_message(to_date), page_size=_PAGE_SIZE,
            as_of_sequence=as_of_sequence, min_sequence=self.sequence)
        pages = list(self.pages("AccountService/GetStatement", request,
                                account_pb.GetStatementResponse))
        first = pages[0]
        return Statement(
            Account.of(first.account, self.unit, first.sequence),
            self.unit.units(first.opening_balance),
            self.unit.units(first.closing_balance),
            [StatementLine.of(line, self.unit)
             for page in pages for line in page.lines], first.sequence)

    def export(self, member: str, format: str, year: int = 0, *,
               first_day: Optional[datetime.date] = None,
               last_day: Optional[datetime.date] = None,
               as_of_sequence: int = 0, fec_form: str = "",
               timeout: float = 600.0) -> dict[str, bytes]:
        """The books of a year, or of the days from `first_day` to `last_day`,
        and their manifest, by file name. `format` is one of
        ExportRequest.Format: "JOURNAL_CSV", "FEC", "CAMT_053", "CODA", ...;
        `fec_form`, with "FEC" only, is "FLAT" or "XML"."""
        kind = fiscal_pb.ExportRequest
        if format not in kind.Format.keys():
            raise ValueError(f"format {format!r} is none of "
                             f"{', '.join(kind.Format.keys()[1:])}")
        options = fiscal_pb.FecOptions
        if fec_form and fec_form not in options.Form.keys():
            raise ValueError(f"fec_form {fec_form!r} is none of "
                             f"{', '.join(options.Form.keys()[1:])}")
        return self._export(kind(
            member=self.member_name(member), format=kind.Format.Value(format),
            year=year, first_day=date_message(first_day),
            last_day=date_message(last_day), as_of_sequence=as_of_sequence,
            min_sequence=self.sequence,
            fec=options(form=options.Form.Value(fec_form)) if fec_form
            else None), timeout)

    def journal_csv(self, member: str, year: int, *,
                    timeout: float = 600.0) -> dict[str, bytes]:
        """The journal CSV of a year and its manifest, by file name."""
        return self.export(member, "JOURNAL_CSV", year, timeout=timeout)

    def fec(self, member: str, year: int, *, form: str = "",
            timeout: float = 600.0) -> dict[str, bytes]:
        """The FEC of a year, its description and manifest, by file name; flat,
        or of `form` "XML"."""
        return self.export(member, "FEC", year, fec_form=form, timeout=timeout)

    def watch(self, from_sequence: int = 0, *, member: str = "",
              types: Iterable[str] = ()) -> Watch:
        """Events from a sequence on, 1 for all there ever were, 0 for what
        happens from now on; of one member, or of some types."""
        request = event_pb.WatchEventsRequest(
            parent=self.network, from_sequence=from_sequence,
            member=self.member_name(member) if member else "",
            types=[event_pb.Event.Type.Value(one) for one in types])
        return Watch(request, self.unit, self.retry, lambda request:
                     self._channel.stream(
                         "skontro.v1.EventService/WatchEvents", request,
                         event_pb.WatchEventsResponse, None))

    # --- Parts of the above ---------------------------------------------------

    def _units(self, field: str, operator: str,
               amount: Optional[Number]) -> str:
        if amount is None:
            return ""
        return term(field + ".minor_units", operator,
                    self.unit.to_units(amount, field).minor_units)

    def _create_request(self, draft: TradeDraft,
                        request_id: str) -> trade_pb.CreateTradeRequest:
        request = draft.request(self.unit, self.member_name, request_id)
        request.parent = self.network
        return request

    def _send_batch(self, items: list[trade_pb.CreateTradeRequest]) -> Callable[
            [float], trade_pb.BatchCreateTradesResponse]:
        kind = trade_pb.BatchCreateTradesRequest
        return self._channel.unary(
            "skontro.v1.TradeService/BatchCreateTrades",
            kind(parent=self.network, mode=kind.INDEPENDENT, requests=items),
            trade_pb.BatchCreateTradesResponse)

    def _export(self, request: fiscal_pb.ExportRequest,
                timeout: float) -> dict[str, bytes]:
        # Not tried again by itself: what came before an error is thrown away.
        files: dict[str, bytearray] = {}
        name = ""
        try:
            for chunk in self._channel.stream(
                    "skontro.v1.FiscalService/Export", request,
                    fiscal_pb.ExportChunk, timeout):
                name = chunk.file_name or name
                files.setdefault(name, bytearray()).extend(chunk.content)
        except grpc.RpcError as error:
            raise _final_read(decode(error)) from None
        return {name: bytes(data) for name, data in files.items()}


def _final_read(error: CallError) -> CallError:
    return final(error, "", unknown=False)
