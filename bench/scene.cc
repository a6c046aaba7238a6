#include "bench/scene.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_format.h"
#include "engine/event_codec.h"
#include "engine/state.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"

namespace skontro::bench {
namespace {

using engine::Amount;
using engine::CivilDate;
using engine::Command;

constexpr int64_t kFirstTimeUs = 1'795'000'000'000'000;  // In November 2026.
constexpr int64_t kDayUs = 86'400'000'000;

engine::NetworkCreated Terms() {
  engine::NetworkCreated terms;
  terms.id = "bench";
  terms.display_name = "Bench";
  terms.unit_code = "RES";
  terms.unit_decimals = 2;
  terms.peg_currency = "EUR";
  terms.peg_decimals = 2;
  terms.time_zone = "Europe/Brussels";
  terms.default_credit_line = Amount::FromMinorUnits(kAmountMax);
  terms.default_balance_limit = Amount::FromMinorUnits(kAmountMax);
  terms.request_key = std::string(16, 'k');
  return terms;
}

ledger::Record Genesis(const engine::NetworkCreated& terms) {
  ledger::Record record;
  record.kind = ledger::RecordKind::kGenesis;
  record.time_us = kFirstTimeUs;
  record.booking_date =
      CivilDate::FromDays(static_cast<int32_t>(kFirstTimeUs / kDayUs));
  record.actor = engine::LocalOperator().identity;
  record.request_id = "genesis";
  record.event = engine::EncodeEvent(terms);
  return record;
}

std::string MemberId(uint64_t number) {
  return absl::StrFormat("m%07d", number);
}

engine::Invoice MakeInvoice(uint64_t number, int64_t gross) {
  engine::Invoice invoice;
  invoice.number = absl::StrFormat("2026-%08d", number);
  invoice.purchase_order = absl::StrFormat("PO-%07d", number);
  const int64_t base = gross * 100 / 121;
  const int64_t reduced = base / 4;
  // One line of 21 % and one of 0 %, which together are the gross.
  const int64_t standard = base - reduced;
  const int64_t tax = standard * 21 / 100;
  invoice.tax_lines = {{"S", 210'000, standard, tax},
                       {"Z", 0, gross - standard - tax, 0}};
  return invoice;
}

}  // namespace

Scene::Scene(uint64_t member_count)
    : terms_(Terms()),
      uid_{0x42, 0x45, 0x4e, 0x43, 0x48},
      genesis_(Genesis(terms_)),
      decider_(std::make_unique<engine::Decider>(
          std::make_unique<engine::State>(genesis_, terms_))),
      time_us_(kFirstTimeUs) {
  SKONTRO_CHECK(member_count >= 2);
  AdmitMembers(member_count);
}

void Scene::AdmitMembers(uint64_t member_count) {
  ledger::PendingBatch batch;
  for (uint64_t i = 1; i <= member_count; ++i) {
    engine::CreateMember create;
    create.member_id = MemberId(i);
    create.country = "BE";
    Command command;
    command.actor = engine::LocalOperator();
    command.method = "MemberService.CreateMember";
    command.request_id = absl::StrFormat("member-%d", i);
    command.time_us = ++time_us_;
    command.booking_date = genesis_.booking_date;
    command.body = std::move(create);
    Decide(&command, &batch);
    if (batch.records.size() == 1'000 || i == member_count) {
      member_batches_.push_back(std::exchange(batch, {}));
      Forget();
    }
  }
  member_count_ = member_count;
}

Command Scene::NextTrade(Parties parties, Content content) {
  const uint64_t seller =
      parties == Parties::kHotSeller ? 1 : 1 + random_() % member_count_;
  uint64_t buyer = 1 + random_() % (member_count_ - 1);
  if (buyer >= seller) ++buyer;
  ++request_count_;

  engine::CreateTrade trade;
  trade.seller = MemberId(seller);
  trade.buyer = MemberId(buyer);
  trade.initiator = engine::Initiator::kBuyer;
  const auto units = static_cast<int64_t>(1'000 + random_() % 1'000'000);
  trade.units = Amount::FromMinorUnits(units);
  if (content == Content::kInvoice) {
    trade.invoice = MakeInvoice(request_count_, units);
  }

  Command command;
  command.actor = engine::LocalOperator();
  command.method = "TradeService.CreateTrade";
  // As long as a UUID, which is what most clients send.
  command.request_id =
      absl::StrFormat("%016x-%019x", random_(), request_count_);
  command.request_fields = {{1, random_()}, {2, random_()}};
  time_us_ += 50;
  command.time_us = time_us_;
  command.booking_date = genesis_.booking_date;
  command.body = std::move(trade);
  command.facts.sequence = floor_;
  command.facts.new_trades.emplace_back();
  return command;
}

std::vector<Command> Scene::NextTrades(size_t count, Parties parties,
                                       Content content) {
  std::vector<Command> commands;
  commands.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    commands.push_back(NextTrade(parties, content));
  }
  return commands;
}

ledger::PendingBatch Scene::NextBatch(size_t count, Parties parties,
                                      Content content) {
  ledger::PendingBatch batch;
  for (size_t i = 0; i < count; ++i) {
    Command command = NextTrade(parties, content);
    Decide(&command, &batch);
  }
  Forget();
  return batch;
}

void Scene::Decide(Command* command, ledger::PendingBatch* batch) {
  engine::Prepare(terms_, command);
  const engine::Answer answer = decider_->Decide(*command, batch);
  SKONTRO_CHECK(answer.refusals.empty() && !answer.repeated);
}

void Scene::Forget() {
  floor_ = state().sequence();
  decider_->ForgetUpTo(floor_);
}

size_t FrameBytes(const ledger::PendingBatch& batch) {
  size_t bytes = 0;
  for (const std::string& payload : batch.payloads) {
    bytes += payload.size() + ledger::kFrameOverhead;
  }
  return bytes;
}

}  // namespace skontro::bench
