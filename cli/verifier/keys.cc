#include "cli/verifier/keys.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/ascii.h"
#include "cli/verifier/bytes.h"

namespace skontro::verifier {
namespace {

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

char Upper(char c) {
  return absl::ascii_toupper(static_cast<unsigned char>(c));
}

// Empty unless `id` has a letter or digit.
std::string TaxIdRowKey(std::string_view id, const std::string& kind) {
  std::string key;
  for (const char c : id) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      key.push_back(Upper(c));
    }
  }
  if (key.empty()) return key;
  key.push_back('\0');
  return key + kind;
}

}  // namespace

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kIdLengthMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-';
         });
}

bool IsServerTradeId(std::string_view id) {
  return id.size() > 1 && id[0] == 't' &&
         std::all_of(id.begin() + 1, id.end(), IsDigit);
}

bool IsCapitals(std::string_view code, size_t count) {
  return code.size() == count &&
         std::all_of(code.begin(), code.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

int32_t YearOf(int32_t day) {
  // Years of std::chrono end at 32,767; a day of 32 bits can be later.
  constexpr int32_t kDaysOf400Years = 146'097;
  const int32_t cycle = day / kDaysOf400Years;
  const std::chrono::sys_days date{std::chrono::days{day % kDaysOf400Years}};
  return 400 * cycle +
         static_cast<int32_t>(std::chrono::year_month_day{date}.year());
}

InvoiceKey KeyOf(uint64_t seller, const Invoice& invoice) {
  InvoiceKey key;
  key.seller = seller;
  key.year = YearOf(invoice.issue_day);
  for (const char c : invoice.number) {
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) {
      key.number.push_back(Upper(c));
    }
  }
  return key;
}

std::string RowKeyOf(const InvoiceKey& key) {
  std::string bytes = Big64(key.seller);
  AppendSortable32(key.year, &bytes);
  return bytes + key.number;
}

std::string RequestRowKey(const Record& record) {
  std::string bytes = record.actor;
  bytes.push_back('\0');
  return bytes + record.request_id;
}

std::vector<std::string> TaxIdRowKeys(const MemberCreated& member) {
  std::vector<std::string> keys = {TaxIdRowKey(member.vat_id, "vat")};
  for (const CompanyId& id : member.company_ids) {
    keys.push_back(TaxIdRowKey(id.value, member.country + ":" + id.scheme));
  }
  std::erase(keys, "");
  return keys;
}

std::string PersonalRowKey(uint64_t subject, uint64_t sequence,
                           uint32_t field) {
  std::string bytes = Big64(subject);
  AppendBig64(sequence, &bytes);
  AppendBig32(field, &bytes);
  return bytes;
}

}  // namespace skontro::verifier
