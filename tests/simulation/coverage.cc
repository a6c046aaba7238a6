#include "tests/simulation/coverage.h"

namespace skontro::simulation {
namespace {

// Grouped as the Oracle and the runs name them.
constexpr const char* kExpected[] = {
    "reason/FIELD_INVALID",
    "reason/RESOURCE_NOT_FOUND",
    "reason/REQUEST_ID_REUSED",
    "reason/DUPLICATE_INVOICE",
    "reason/RESOURCE_EXISTS",
    "reason/CREDIT_LINE_EXCEEDED",
    "reason/BALANCE_LIMIT_EXCEEDED",
    "reason/TRADE_STATE",
    "reason/ROLE_MISSING",

    "form/trade_id",
    "form/trade.buyer",
    "form/trade.unit_leg.minor_units",
    "form/trade.cash_leg.minor_units",
    "form/trade.cash_leg.currency_code",
    "form/trade.invoice.number",
    "form/trade.invoice.prepaid_minor_units",
    "form/trade.invoice.gross_minor_units",
    "form/trade.invoice.tax_lines",
    "form/trade.invoice.tax_lines.rate_ppm",
    "form/trade.invoice.tax_lines.base_minor_units",
    "form/trade.invoice.tax_lines.tax_minor_units",
    "form/requests",
    "form/requests.trade.unit_leg.minor_units",
    "form/credit_line.credit_line.minor_units",
    "form/credit_line.balance_limit.minor_units",

    "exists/member",
    "exists/vat",
    "exists/company",
    "exists/trade",
    "not found/buyer",
    "not found/seller",
    "not found/member",
    "not found/trade",
    "invoice/of a trade that is PROPOSED",
    "invoice/of a trade that is SETTLED",
    "invoice/of a trade that is DECLINED",
    "invoice/of a trade that is REVERSED",
    "duplicate/in the group",

    "done/proposal",
    "done/payment",
    "done/acceptance",
    "done/decline",
    "done/reversal",
    "state/acceptance of a trade that is SETTLED",
    "state/acceptance of a trade that is DECLINED",
    "state/acceptance of a trade that is REVERSED",
    "state/decline of a trade that is SETTLED",
    "state/decline of a trade that is DECLINED",
    "state/decline of a trade that is REVERSED",
    "state/reversal of a trade that is PROPOSED",
    "state/reversal of a trade that is DECLINED",
    "state/reversal of a trade that is REVERSED",

    "line/met by payment",
    "line/met by acceptance",
    "line/met by reversal",
    "line/passed by one by payment",
    "line/passed by one by acceptance",
    "line/passed by one by reversal",
    "line/cut below its use",
    "line/cut below its use earns",
    "line/cut below its use does not spend",
    "room/met by payment",
    "room/met by acceptance",
    "room/met by reversal",
    "room/passed by one by payment",
    "room/passed by one by acceptance",
    "room/passed by one by reversal",
    "room/cut below its use",

    "repeat/success",
    "repeat/refusal",
    "repeat/group",
    "reused/method",
    "reused/trade",
    "reused/trade_id",
    "reused/name",
    "reused/requests",
    "reused/credit_line",
    "reused/reason",
    "reused/member",
    "role/auditor",
    "group/of one",
    "group/done",
    "group/undone",
    "group/refused at its first item",
    "preview/of what would do",
    "preview/of one reason",
    "preview/of several reasons",

    "clock/not past the last record",
    "clock/on an earlier day",
    "clock/on a later day",
    "clock/in another year",
    "facts/as new as memory",
    "facts/behind memory",
    "memory/forgets",
    "rows/merged, or moved behind a view",
    "rows/moved to the store",
    "crash/with records that were not durable",
    "crash/with rows that were not flushed",
    "crash/while nothing is on its way",
    "digest/on its place",
    "digest/behind a group",
    "checkpoint/begun with",
    "crash/while a checkpoint is saved",
    "resend/of what a crash lost",
    "resend/of what was durable and not answered",
    "resend/of what was answered",
};

// Of runs with threads, if there were any.
constexpr const char* kExpectedOfThreads[] = {
    "threads/answered",
    "threads/repeated",
    "threads/queue full",
    "threads/crash",
    "threads/answer without a record",
    "threads/answer that a crash swallowed",
};

}  // namespace

void Coverage::Add(const Coverage& other) {
  for (const auto& [what, count] : other.counts_) counts_[what] += count;
}

std::vector<std::string> Coverage::Missing() const {
  std::vector<std::string> missing;
  for (const char* what : kExpected) {
    if (!counts_.contains(what)) missing.emplace_back(what);
  }
  if (!counts_.contains("threads/answered")) return missing;
  for (const char* what : kExpectedOfThreads) {
    if (!counts_.contains(what)) missing.emplace_back(what);
  }
  return missing;
}

}  // namespace skontro::simulation
