"""What the parties do with a trade that is there."""

import datetime
from typing import Any, Optional

from skontro.amounts import Number
from skontro.caller import Caller
from skontro.v1 import trade_service_pb2 as trade_pb
from skontro.views import Trade, time_message


class TradeSteps(Caller):
    """The steps of a trade after it was made; a part of Client.

    Trades are given by id or whole name. Each step answers with the trade as
    it left it.
    """

    def accept(self, trade: str, request_id: str = "") -> Trade:
        """The buyer accepts a proposed trade: its units move."""
        return self._step("AcceptTrade", trade_pb.AcceptTradeRequest,
                          trade_pb.AcceptTradeResponse, trade, request_id)

    def decline(self, trade: str, request_id: str = "") -> Trade:
        """The buyer declines a proposed trade."""
        return self._step("DeclineTrade", trade_pb.DeclineTradeRequest,
                          trade_pb.DeclineTradeResponse, trade, request_id)

    def withdraw(self, trade: str, request_id: str = "") -> Trade:
        """The seller takes back a proposed trade."""
        return self._step("WithdrawTrade", trade_pb.WithdrawTradeRequest,
                          trade_pb.WithdrawTradeResponse, trade, request_id)

    def reverse(self, trade: str, request_id: str = "") -> Trade:
        """Undoes a settled trade, all parts of it."""
        return self._step("ReverseTrade", trade_pb.ReverseTradeRequest,
                          trade_pb.ReverseTradeResponse, trade, request_id)

    def authorise(self, trade: str, request_id: str = "", *,
                  until: Optional[datetime.datetime] = None) -> Trade:
        """The buyer accepts a proposed trade with a hold: its units move when
        they are settled. From `until` on, 14 days from now unless given, the
        hold is void. A retry needs the same `until`: keep it with the id."""
        request = trade_pb.AuthoriseTradeRequest(
            name=self.trade_name(trade), request_id=request_id,
            expire_time=time_message(until, "until"))
        return self._changed("TradeService/AuthoriseTrade", request,
                             trade_pb.AuthoriseTradeResponse)

    def settle(self, trade: str, request_id: str = "", *,
               units: Optional[Number] = None,
               release_rest: bool = False) -> Trade:
        """Moves what is held of an authorised trade, or a part of it: the rest
        stays held, or goes back to the buyer with `release_rest`. Every part
        is a change of its own, with its own request id."""
        request = trade_pb.SettleTradeRequest(
            name=self.trade_name(trade), request_id=request_id,
            units=(None if units is None
                   else self.unit.to_units(units, "units")),
            release_rest=release_rest)
        return self._changed("TradeService/SettleTrade", request,
                             trade_pb.SettleTradeResponse)

    def release(self, trade: str, request_id: str = "") -> Trade:
        """The seller gives back what is still held of an authorised trade."""
        return self._step("ReleaseTrade", trade_pb.ReleaseTradeRequest,
                          trade_pb.ReleaseTradeResponse, trade, request_id)

    def _step(self, method: str, request: Any, answer: Any, trade: str,
              request_id: str) -> Trade:
        return self._changed(f"TradeService/{method}",
                             request(name=self.trade_name(trade),
                                     request_id=request_id), answer)

    def _changed(self, method: str, request: Any, answer: Any) -> Trade:
        response = self.change(method, request, answer)
        return Trade.of(response.trade, self.unit, response.outcome)
