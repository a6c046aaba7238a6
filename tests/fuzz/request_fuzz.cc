// Requests as they come off the wire: every check of form, the hashes that tell
// two requests apart, page tokens. The first byte says which request it is.

#include <string>
#include <string_view>

#include "engine/command.h"
#include "ledger/base/check.h"
#include "server/convert_trade.h"
#include "server/error.h"
#include "server/form.h"
#include "server/page_token.h"
#include "server/request_hash.h"
#include "skontro/v1/trade_service.pb.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/hush.h"

namespace skontro::fuzz {
namespace {

constexpr char kKey[] = "0123456789abcdef";

// What is refused becomes an error that fits into a trailer.
void Tell(const server::Form& form) {
  if (form.ok()) return;
  const grpc::Status status = server::ToGrpcStatus(std::span(form.refusals()));
  SKONTRO_CHECK(!status.ok());
  SKONTRO_CHECK(status.error_details().size() < 8'192);
}

void ReadTrade(std::string_view bytes) {
  v1::CreateTradeRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return;
  }
  server::Form form;
  const engine::CreateTrade trade = server::ReadTrade(request, "res", &form);
  form.RequestId(request.request_id());
  Tell(form);
  if (form.ok()) SKONTRO_CHECK(trade.units.minor_units() >= 0);
  const auto hashes = server::HashFields(kKey, request);
  SKONTRO_CHECK(
      !server::FirstDifference(hashes, server::HashFields(kKey, request))
           .has_value());
  v1::CreateTradeRequest other = request;
  other.set_request_id("another");
  SKONTRO_CHECK(
      !server::FirstDifference(hashes, server::HashFields(kKey, other))
           .has_value());
}

void ReadBatch(std::string_view bytes) {
  v1::BatchCreateTradesRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return;
  }
  server::Form form;
  for (const v1::CreateTradeRequest& item : request.requests()) {
    server::ReadTrade(item, "res", &form);
  }
  Tell(form);
}

void ReadNames(std::string_view text) {
  server::Form form;
  form.NetworkName("name", text);
  form.MemberName("name", text);
  form.TradeName("name", text);
  form.Text("name", text, 0, 200);
  form.PageToken(text);
  Tell(form);
  server::OpenPageToken(kKey, "scope", text);
}

}  // namespace
}  // namespace skontro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  skontro::fuzz::Hush();
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  switch (data[0] % 3) {
    case 0:
      skontro::fuzz::ReadTrade(bytes);
      break;
    case 1:
      skontro::fuzz::ReadBatch(bytes);
      break;
    default:
      skontro::fuzz::ReadNames(bytes);
  }
  return 0;
}
