#include "engine/event.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace skontro::engine {

std::string ServerTradeId(TradeNumber number) {
  return absl::StrCat("t", static_cast<uint64_t>(number));
}

std::string TradeId(const TradeCreated& created, TradeNumber number) {
  return created.id.empty() ? ServerTradeId(number) : created.id;
}

bool IsServerTradeId(std::string_view id) {
  return id.size() > 1 && id.front() == 't' &&
         std::all_of(id.begin() + 1, id.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

InvoiceKey KeyOf(MemberNumber seller, const Invoice& invoice) {
  return {seller, static_cast<int>(invoice.issue_date.ymd().year()),
          NormaliseInvoiceNumber(invoice.number)};
}

std::string NormaliseTaxId(std::string_view id) {
  std::string out;
  for (char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) out.push_back(absl::ascii_toupper(byte));
  }
  return out;
}

std::string NormaliseInvoiceNumber(std::string_view number) {
  std::string out;
  out.reserve(number.size());
  for (char c : number) {
    const auto byte = static_cast<unsigned char>(c);
    if (!absl::ascii_isspace(byte)) out.push_back(absl::ascii_toupper(byte));
  }
  return out;
}

}  // namespace skontro::engine
