// Where the next page of a list begins, as an opaque text. It belongs to one
// list with one filter in one network; a keyed hash notices any other use and
// any change. The key is the network's own, so a token survives a restart.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_PAGE_TOKEN_H_
#define SKONTRO_SERVER_PAGE_TOKEN_H_

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>

#include "ledger/record.h"

namespace skontro::server {

struct PagePosition {
  ledger::Sequence sequence{};  // Which all pages reflect.
  std::string key;              // Where to go on, in the words of the list.
};

// What a page token is bound to: the method and every field of the request but
// `page_size`, `page_token` and `min_sequence`.
std::string PageScope(std::string_view method,
                      const google::protobuf::Message& request);

// REQUIRES: `key` has 16 bytes.
std::string SealPageToken(std::string_view key, std::string_view scope,
                          const PagePosition& position);

// Returns nullopt for a token that SealPageToken() did not make from the same
// key and scope. REQUIRES: `key` has 16 bytes.
std::optional<PagePosition> OpenPageToken(std::string_view key,
                                          std::string_view scope,
                                          std::string_view token);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_PAGE_TOKEN_H_
