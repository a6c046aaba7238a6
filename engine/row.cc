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

std::string LimitKey(AccountId account, Sequence sequence) {
  std::string key = NumberValue(static_cast<uint64_t>(account));
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  return key;
}

std::string ApiKeyRowKey(std::string_view id, Sequence sequence) {
  std::string key(id);
  key.push_back('\0');
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  return key;
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
