// What a Crowd asks of trades that are there: the next step of one, and of
// holds until when and how much.

#include <vector>

#include "tests/simulation/crowd.h"

namespace skontro::simulation {
namespace {

constexpr int64_t kMost = 1'000'000'000'000'000;

}  // namespace

Request Crowd::StepRequest(const Oracle* oracle) {
  const int64_t roll = dice_.UpTo(100);
  Request request = New(roll < 34   ? Method::kAcceptTrade
                        : roll < 44 ? Method::kDeclineTrade
                        : roll < 62 ? Method::kReverseTrade
                        : roll < 74 ? Method::kAuthoriseTrade
                        : roll < 90 ? Method::kSettleTrade
                        : roll < 95 ? Method::kReleaseTrade
                                    : Method::kWithdrawTrade);
  const bool of_hold = request.method == Method::kSettleTrade ||
                       request.method == Method::kReleaseTrade;
  request.trade = of_hold || request.method == Method::kAuthoriseTrade
                      ? TradeIn(of_hold ? "AUTHORISED" : "PROPOSED", oracle)
                      : AnyTradeName(oracle);
  if (request.method == Method::kAuthoriseTrade) {
    request.hold_until = HoldUntil(oracle);
  }
  if (request.method == Method::kSettleTrade) {
    request.part = AnyPart(request.trade, oracle);
  }
  if (of_hold && dice_.Percent(30)) {
    request.at_us = EndOfHold(request.trade, oracle);
  }
  return request;
}

// Mostly one in that state, of the newest.
std::string Crowd::TradeIn(const std::string& state, const Oracle* oracle) {
  if (oracle == nullptr || dice_.Percent(20)) return AnyTradeName(oracle);
  std::vector<const Oracle::Trade*> found;
  for (size_t i = oracle->trades().size(); i > 0 && found.size() < 8; --i) {
    const Oracle::Trade& trade = oracle->trades()[i - 1];
    if (trade.state == state) found.push_back(&trade);
  }
  if (found.empty()) return AnyTradeName(oracle);
  return found[dice_.Below(found.size())]->id;
}

// Often so soon that it is over before long, or just when something happens.
std::optional<int64_t> Crowd::HoldUntil(const Oracle* oracle) {
  if (oracle == nullptr || dice_.Percent(15)) return std::nullopt;
  constexpr int64_t kSecond = 1'000'000;
  constexpr int64_t kDay = 24 * 3'600 * kSecond;
  const int64_t now = oracle->rows().back().time_us;
  const int64_t roll = dice_.UpTo(100);
  if (roll < 15) return now + 1 + dice_.UpTo(60);
  if (roll < 45) return now + dice_.UpTo(300 * kSecond);
  if (roll < 65) return now + dice_.UpTo(3 * 3'600 * kSecond);
  if (roll < 94) return now + dice_.UpTo(30 * kDay);
  return dice_.OneOf<int64_t>({now, now - 1, now + 180 * kDay, INT64_MAX,
                               now + 181 * kDay, -kSecond, 1});
}

// Just before the hold of the trade ends, or just then; nothing where that is
// far away.
std::optional<int64_t> Crowd::EndOfHold(const std::string& id,
                                        const Oracle* oracle) {
  if (oracle == nullptr) return std::nullopt;
  constexpr int64_t kSoon = int64_t{6} * 3'600 * 1'000'000;
  for (const Oracle::Trade& trade : oracle->trades()) {
    if (trade.id != id || trade.state != "AUTHORISED") continue;
    const int64_t at_us = trade.hold_until - dice_.UpTo(3);
    const int64_t left = at_us - oracle->rows().back().time_us;
    if (left > 0 && left < kSoon) return at_us;
  }
  return std::nullopt;
}

Part Crowd::AnyPart(const std::string& id, const Oracle* oracle) {
  Part part;
  part.release_rest = dice_.Percent(25);
  if (dice_.Percent(25)) return part;
  part.units = 1 + dice_.UpTo(200);
  if (dice_.Percent(4)) {
    part.units = dice_.OneOf<int64_t>({0, -1, kMost + 1, INT64_MIN, INT64_MAX});
    return part;
  }
  if (oracle == nullptr) return part;
  for (const Oracle::Trade& trade : oracle->trades()) {
    if (trade.id != id) continue;
    const int64_t held =
        Integer(trade.units - trade.settled).convert_to<int64_t>();
    part.units = dice_.Percent(30) ? held + dice_.UpTo(2)
                                   : 1 + dice_.UpTo(held > 0 ? held : 1);
  }
  return part;
}

}  // namespace skontro::simulation
