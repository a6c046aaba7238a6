#include "engine/row.h"

#include "ledger/big_endian.h"

namespace skontro::engine {

using ledger::AppendBigEndian;
using ledger::AppendOrdered;

std::string RequestKey(std::string_view identity, std::string_view request_id) {
  std::string key(identity);
  key.push_back('\0');
  key.append(request_id);
  return key;
}

std::string MemberKey(MemberNumber number) {
  return NumberValue(static_cast<uint64_t>(number));
}

std::string TaxIdKey(std::string_view normalised, std::string_view scope) {
  std::string key(normalised);
  key.push_back('\0');
  key.append(scope);
  return key;
}

std::string TradeKey(TradeNumber number) {
  return NumberValue(static_cast<uint64_t>(number));
}

std::string TradeStepKey(TradeNumber number, Sequence sequence) {
  std::string key = TradeKey(number);
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  return key;
}

std::string MemberTradeKey(MemberNumber member, TradeNumber number) {
  std::string key = MemberKey(member);
  AppendBigEndian(&key, static_cast<uint64_t>(number));
  return key;
}

std::string InvoiceRowKey(const InvoiceKey& key) {
  std::string out = MemberKey(key.seller);
  AppendOrdered(&out, key.year);
  out.append(key.number);
  return out;
}

std::string InvoiceNumberPrefix(std::string_view normalised) {
  std::string key(normalised);
  key.push_back('\0');
  return key;
}

std::string InvoiceNumberKey(std::string_view normalised, TradeNumber number) {
  std::string key = InvoiceNumberPrefix(normalised);
  AppendBigEndian(&key, static_cast<uint64_t>(number));
  return key;
}

std::optional<uint32_t> RowsOfState(TradeState state) {
  switch (state) {
    case TradeState::kProposed:
    case TradeState::kAuthorised:
      return kOpenTrades;
    case TradeState::kDeclined:
    case TradeState::kWithdrawn:
    case TradeState::kExpired:
    case TradeState::kReversed:
      return static_cast<uint32_t>(state);
    default:
      return std::nullopt;
  }
}

std::string TradeStatePrefix(uint32_t rows) {
  std::string key;
  AppendBigEndian(&key, rows);
  return key;
}

std::string TradeStateKey(uint32_t rows, TradeNumber number) {
  std::string key = TradeStatePrefix(rows);
  AppendBigEndian(&key, static_cast<uint64_t>(number));
  return key;
}

std::string LimitKey(AccountId account, Sequence sequence) {
  std::string key = NumberValue(static_cast<uint64_t>(account));
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  return key;
}

std::string HoldPrefix(AccountId account, HoldSide side) {
  std::string key = NumberValue(static_cast<uint64_t>(account));
  key.push_back(static_cast<char>(side));
  return key;
}

std::string HoldKey(AccountId account, HoldSide side, Sequence sequence) {
  std::string key = HoldPrefix(account, side);
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  return key;
}

std::string MemberStatusKey(MemberNumber member, Sequence sequence) {
  std::string key = MemberKey(member);
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  return key;
}

namespace {

std::string IdKey(std::string_view id, Sequence sequence) {
  std::string key(id);
  key.push_back('\0');
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  return key;
}

}  // namespace

std::string ApiKeyRowKey(std::string_view id, Sequence sequence) {
  return IdKey(id, sequence);
}

std::string WebhookRowKey(std::string_view id, Sequence sequence) {
  return IdKey(id, sequence);
}

std::string PoliciesKey(Sequence sequence) {
  return NumberValue(static_cast<uint64_t>(sequence));
}

std::string NumberValue(uint64_t number) {
  std::string value;
  AppendBigEndian(&value, number);
  return value;
}

std::string CompanyIdScope(std::string_view country, std::string_view scheme) {
  std::string scope(country);
  scope.push_back(':');
  scope.append(scheme);
  return scope;
}

}  // namespace skontro::engine
