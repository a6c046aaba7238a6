// Where a page of a list begins and what it reflects.

#ifndef SKONTRO_SERVER_PAGE_H_
#define SKONTRO_SERVER_PAGE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ledger/big_endian.h"
#include "server/call.h"
#include "server/page_token.h"

namespace skontro::server {

// A list keeps its place as numbers and, where it is in the order of a text, as
// the beginning of a key: what they mean is the list's affair.
struct Page {
  std::string scope;  // What its tokens are bound to.
  bool is_first = true;
  ledger::Sequence sequence{};  // Which all pages reflect.
  uint64_t number = 0;          // Zero on the first page.
  uint32_t minor = 0;
  std::string key;
};

// The page that `request` asks for. FIELD_INVALID for a page token of something
// else or somebody else; SEQUENCE_NOT_REACHED for one from a copy that is ahead
// of this one.
template <typename Request>
absl::StatusOr<Page> PageOf(const ReadScope& scope, std::string_view method,
                            const Request& request) {
  Page page;
  page.scope = PageScope(method, request);
  page.scope.push_back('\n');
  page.scope.append(scope.actor.identity);
  page.sequence = scope.as_of;
  if (request.page_token().empty()) return page;
  const auto position = OpenPageToken(scope.network.terms().request_key,
                                      page.scope, request.page_token());
  if (!position.has_value() || position->key.size() < 12) {
    Form form;
    form.PageToken(request.page_token());
    return ToStatus(form.refusals().front());
  }
  if (position->sequence > scope.view.sequence) {
    return NotReached(position->sequence, scope.view.sequence);
  }
  page.is_first = false;
  page.sequence = position->sequence;
  page.number = ledger::ReadBigEndian<uint64_t>(position->key);
  page.minor = ledger::ReadBigEndian<uint32_t>(
      std::string_view(position->key).substr(sizeof(uint64_t)));
  page.key = position->key.substr(12);
  return page;
}

// The token of the page that goes on there.
inline std::string NextPage(const ReadScope& scope, const Page& page,
                            uint64_t number, uint32_t minor = 0,
                            std::string_view sort_key = {}) {
  std::string key;
  ledger::AppendBigEndian(&key, number);
  ledger::AppendBigEndian(&key, minor);
  key.append(sort_key);
  return SealPageToken(scope.network.terms().request_key, page.scope,
                       {page.sequence, std::move(key)});
}

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_PAGE_H_
