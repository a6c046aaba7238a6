// The books that tests of exports ask for, and requests in few words.

#ifndef SKONTRO_TESTS_SERVER_EXPORT_SCENE_H_
#define SKONTRO_TESTS_SERVER_EXPORT_SCENE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {

inline constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

inline bool Has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

// A French seller with a year of trades behind it; the year is over if
// `closed`.
inline void MakeBooks(Scene& scene, bool closed) {
  scene.MakeNetwork();
  auto member = MemberRequest("m", "atelier");
  member.mutable_member()->set_legal_name("Atelier Durand SARL");
  auto* id = member.mutable_member()->add_company_ids();
  id->set_scheme("siren");
  id->set_value("732 829 320");
  ASSERT_TRUE(scene.Call(member).status.ok());
  for (int i = 0; i < 5; ++i) {
    scene.clock().Advance(kDayUs);
    auto sale = TradeRequest(absl::StrCat("s-", i), "atelier", "garage",
                             1'000 + i, v1::Trade::BUYER);
    sale.mutable_trade()->mutable_invoice()->set_number(absl::StrCat("F", i));
    ASSERT_TRUE(scene.Call(sale).status.ok());
  }
  v1::ReverseTradeRequest reverse;
  reverse.set_name("networks/res/trades/t7");
  reverse.set_request_id("reverse");
  ASSERT_TRUE(scene.Call(reverse).status.ok());
  if (!closed) return;
  scene.clock().Advance(365 * kDayUs);
  ASSERT_TRUE(scene.Call(Sale("next-year", 1)).status.ok());
}

inline v1::ExportRequest Books(const std::string& member,
                               v1::ExportRequest::Format format, int year) {
  v1::ExportRequest request;
  request.set_member("networks/res/members/" + member);
  request.set_format(format);
  request.set_year(year);
  return request;
}

inline v1::ExportRequest Fec(const std::string& member, int year) {
  return Books(member, v1::ExportRequest::FEC, year);
}

inline v1::ExportRequest Csv(const std::string& member, int year) {
  return Books(member, v1::ExportRequest::JOURNAL_CSV, year);
}

inline v1::Date Day(int year, int month, int day) {
  v1::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

inline v1::ExportRequest Days(v1::ExportRequest request, const v1::Date& first,
                              const v1::Date& last) {
  request.clear_year();
  *request.mutable_first_day() = first;
  *request.mutable_last_day() = last;
  return request;
}

inline std::vector<v1::ExportRequest::Format> AllFormats() {
  std::vector<v1::ExportRequest::Format> formats;
  for (int i = v1::ExportRequest::Format_MIN + 1;
       i <= v1::ExportRequest::Format_MAX; ++i) {
    formats.push_back(static_cast<v1::ExportRequest::Format>(i));
  }
  return formats;
}

}  // namespace skontro::server

#endif  // SKONTRO_TESTS_SERVER_EXPORT_SCENE_H_
