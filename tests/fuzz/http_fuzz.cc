// What strangers send over HTTP: heads and bodies in pieces, JSON that becomes
// a message, envelopes. The first byte says which; for a request the second one
// says how large the pieces are.

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "ledger/base/check.h"
#include "server/http/connect.h"
#include "server/http/gzip.h"
#include "server/http/json_check.h"
#include "server/http/message_codec.h"
#include "server/http/request_reader.h"
#include "server/http/route.h"
#include "skontro/v1/trade_service.pb.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/hush.h"

namespace skontro::fuzz {
namespace {

namespace http = server::http;
using State = http::RequestReader::State;

// What a reader makes of bytes: where it ended, and what it had by then.
struct Outcome {
  State state = State::kHead;
  int requests = 0;
  std::string bodies;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Reads all requests in `bytes`, as a connection does. Every request that was
// read is routed.
Outcome Read(std::string_view bytes, size_t step,
             const http::Options& options) {
  http::RequestReader reader(options);
  Outcome outcome;
  std::string waiting;
  while (true) {
    size_t used = reader.Feed(waiting);
    waiting.erase(0, used);
    if (reader.state() == State::kHeadDone) {
      const http::Route route = http::RouteOf(reader.request(), options, true);
      if (const auto* refusal = std::get_if<http::Response>(&route)) {
        const std::string out =
            http::ToBytes(*refusal, http::BodyForm::kWhole, false);
        // One head, whatever was asked for.
        SKONTRO_CHECK(out.find("\r\n\r\n") ==
                      out.size() - refusal->body.size() - 4);
      }
      reader.BeginBody();
    } else if (reader.state() == State::kDone) {
      ++outcome.requests;
      outcome.bodies += reader.request().body + "|";
      SKONTRO_CHECK(reader.request().body.size() <= options.body_bytes_max);
      reader.Reset();
    } else if (reader.state() == State::kFailed) {
      SKONTRO_CHECK(reader.failure().status >= 400);
      break;
    } else if (used == 0 || waiting.empty()) {
      if (bytes.empty()) break;
      const size_t count = std::min(step, bytes.size());
      waiting.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
    }
  }
  outcome.state = reader.state();
  return outcome;
}

void ReadRequests(std::string_view bytes) {
  if (bytes.empty()) return;
  http::Options options;
  options.head_bytes_max = 1'024;
  options.body_bytes_max = 4'096;
  const size_t step = 1 + static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  // However the network cuts them, they are the same requests.
  SKONTRO_CHECK(Read(bytes, step, options) == Read(bytes, 1, options));
}

void ReadJson(std::string_view text) {
  const auto& type = *v1::CreateTradeRequest::descriptor();
  const absl::StatusOr<std::string> bytes = http::FromJson(type, text);
  if (!bytes.ok()) {
    SKONTRO_CHECK(RefusalOf(bytes.status()).has_value());
    return;
  }
  v1::CreateTradeRequest request;
  SKONTRO_CHECK(request.ParseFromString(*bytes));
  const absl::StatusOr<std::string> json =
      http::ToJson(type, request.SerializeAsString());
  SKONTRO_CHECK(json.ok());
  const absl::StatusOr<std::string> again = http::FromJson(type, *json);
  SKONTRO_CHECK(again.ok());
  v1::CreateTradeRequest same;
  SKONTRO_CHECK(same.ParseFromString(*again));
  SKONTRO_CHECK(same.SerializeAsString() == request.SerializeAsString());
}

void ReadEnvelope(std::string_view bytes) {
  const auto message = http::OnlyMessageOf(bytes, true);
  if (message.ok()) {
    SKONTRO_CHECK(http::Envelope(message->bytes, message->is_gzip) == bytes);
  }
  http::AcceptsGzip(bytes);
  constexpr size_t kMost = 100'000;
  const absl::StatusOr<std::string> plain = http::Gunzip(bytes, kMost);
  if (!plain.ok()) return;
  SKONTRO_CHECK(plain->size() <= kMost);
  SKONTRO_CHECK(*http::Gunzip(http::Gzip(*plain), kMost) == *plain);
  http::ParseTimeout(bytes);
  http::IsOrigin(bytes);
  http::CheckJson(http::QuotedJson("x"));
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
      skontro::fuzz::ReadRequests(bytes);
      break;
    case 1:
      skontro::fuzz::ReadJson(bytes);
      break;
    default:
      skontro::fuzz::ReadEnvelope(bytes);
  }
  return 0;
}
