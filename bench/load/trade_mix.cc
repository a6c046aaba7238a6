#include "bench/load/trade_mix.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ledger/base/limits.h"

namespace skontro::bench {
std::string MemberName(uint64_t number) {
  return absl::StrFormat("%s/members/m%07d", kNetworkName, number);
}

TradeMix::TradeMix(std::string run, uint64_t member_count, bool hot)
    : run_(std::move(run)), member_count_(member_count), hot_(hot) {}

void TradeMix::FillTrade(v1::CreateTradeRequest* request) {
  const uint64_t seller = hot_ ? 1 : 1 + random_() % member_count_;
  uint64_t buyer = 1 + random_() % (member_count_ - 1);
  if (buyer >= seller) ++buyer;
  request->set_parent(kNetworkName);
  // As long as a UUID, which is what most clients send.
  request->set_request_id(
      absl::StrFormat("%016x-%s-%010d", random_(), run_, ++count_));
  v1::Trade* trade = request->mutable_trade();
  trade->set_seller(MemberName(seller));
  trade->set_buyer(MemberName(buyer));
  trade->set_initiator(v1::Trade::BUYER);
  trade->mutable_unit_leg()->set_minor_units(
      static_cast<int64_t>(1'000 + random_() % 1'000'000));
}

void TradeMix::FillBatch(int trades, v1::BatchCreateTradesRequest* request) {
  request->set_parent(kNetworkName);
  request->set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  while (request->requests_size() < trades) request->add_requests();
  for (v1::CreateTradeRequest& item : *request->mutable_requests()) {
    FillTrade(&item);
  }
}

v1::CreateNetworkRequest NetworkRequest() {
  v1::CreateNetworkRequest request;
  request.set_network_id("bench");
  request.set_request_id("bench-network");
  v1::Network* network = request.mutable_network();
  network->set_display_name("Bench");
  network->set_unit_code("RES");
  network->set_unit_decimals(2);
  network->set_peg_currency_code("EUR");
  network->set_time_zone("Europe/Brussels");
  network->mutable_default_credit_line()->set_minor_units(kAmountMax);
  network->mutable_default_balance_limit()->set_minor_units(kAmountMax);
  return request;
}

v1::CreateMemberRequest MemberRequest(uint64_t number) {
  v1::CreateMemberRequest request;
  request.set_parent(kNetworkName);
  request.set_member_id(absl::StrFormat("m%07d", number));
  request.set_request_id(absl::StrCat("bench-member-", number));
  request.mutable_member()->set_legal_name(
      absl::StrCat("Member ", number, " SRL"));
  request.mutable_member()->set_country_code("BE");
  return request;
}

}  // namespace skontro::bench
