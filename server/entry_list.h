// The list of the entries of an account: what it can be filtered by, and one
// page of it. A page touches a bounded number of rows, and ends short where it
// has; the next one goes on there.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_ENTRY_LIST_H_
#define SKONTRO_SERVER_ENTRY_LIST_H_

#include <string_view>

#include "absl/status/status.h"
#include "server/call.h"
#include "server/filter.h"
#include "server/form.h"
#include "server/order_by.h"
#include "skontro/v1/account_service.pb.h"

namespace skontro::server {

struct EntryQuery {
  NameParts name;  // Views into the request.
  Filter filter;
  Order order;
  int page_size = 0;
};

// What is wrong with the request goes to `form`.
EntryQuery ReadEntryQuery(const v1::ListEntriesRequest& request, Form* form);

// One page. RESOURCE_NOT_FOUND, FIELD_INVALID for a page token of something
// else, or an error of the disk.
absl::Status ListEntriesOf(const ReadScope& scope, std::string_view method,
                           const EntryQuery& query,
                           const v1::ListEntriesRequest& request,
                           v1::ListEntriesResponse* response);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ENTRY_LIST_H_
