// The field `order_by` of a list: one field that the list can be ordered by,
// and `desc` behind it for the other way round. Rows that are alike in it are
// in the order in which they were made.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_ORDER_BY_H_
#define SKONTRO_SERVER_ORDER_BY_H_

#include <span>
#include <string_view>

#include "server/form.h"

namespace skontro::server {

struct OrderField {
  int id = 0;  // Of the list's own counting.
  std::string_view name;
};

struct Order {
  int field = 0;
  bool descending = false;
};

// What `text` says; `standard` if it is empty. What is wrong with it goes to
// `form` as `order_by`.
Order ReadOrder(std::string_view text, std::span<const OrderField> fields,
                Order standard, Form* form);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ORDER_BY_H_
