// The list of trades: which index leads to those that a query asks for, and one
// page of them.
//
// A page touches a bounded number of rows, and ends short where it has; the
// next one goes on there.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_TRADE_LIST_H_
#define SKONTRO_SERVER_TRADE_LIST_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/call.h"
#include "server/filter.h"
#include "server/form.h"
#include "server/order_by.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {

struct TradeQuery {
  std::string network;
  std::string member;  // Its id; empty for all.
  v1::Trade::State state = v1::Trade::STATE_UNSPECIFIED;
  Filter filter;
  Order order;
  int page_size = 0;
};

// What is wrong with the request goes to `form`.
TradeQuery ReadTradeQuery(const v1::ListTradesRequest& request, Form* form);

// One page. FIELD_INVALID for a page token of something else,
// RESOURCE_NOT_FOUND for a member that the actor does not see, or an error of
// the disk.
absl::Status ListTradesOf(const ReadScope& scope, std::string_view method,
                          const TradeQuery& query,
                          const v1::ListTradesRequest& request,
                          v1::ListTradesResponse* response);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_LIST_H_
