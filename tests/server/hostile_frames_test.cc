// Messages of gRPC that are compressed, cut off, too long or lie about it, sent
// frame by frame.

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/server/raw_grpc.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr char kCreateTrade[] = "/skontro.v1.TradeService/CreateTrade";
constexpr char kSubmitTrades[] = "/skontro.v1.TradeService/SubmitTrades";

// `megabytes` of zeros, in gzip.
std::string Bomb(int megabytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8,
                         Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string zeros(1 << 20, '\0');
  std::string out;
  std::string piece(1 << 16, '\0');
  for (int i = 0; i <= megabytes; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = i < megabytes ? static_cast<uInt>(zeros.size()) : 0;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      deflate(&stream, i < megabytes ? Z_NO_FLUSH : Z_FINISH);
      out.append(piece, 0, piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

// The most memory that the process has had since MarkMemory(), in MiB.
int64_t PeakMemory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  int64_t kilobytes = 0;
  while (status >> word && word != "VmHWM:") {
  }
  status >> kilobytes;
  return kilobytes / 1'024;
}
void MarkMemory() { std::ofstream("/proc/self/clear_refs") << "5"; }

TEST(HostileFramesTest, ACompressedMessageIsRefusedAndNotTakenApart) {
  Scene scene;
  scene.MakeNetwork();
  const std::string bomb = Bomb(1'024);
  ASSERT_LT(bomb.size(), 8u << 20);
  MarkMemory();
  const int64_t before = PeakMemory();
  for (const char* method : {kCreateTrade, kSubmitTrades}) {
    RawGrpc raw(scene.server().port());
    raw.Call(method, {{"grpc-encoding", "gzip"}});
    raw.Send(GrpcFrame(true, static_cast<uint32_t>(bomb.size()), bomb), true);
    EXPECT_EQ(raw.Status(), static_cast<int>(grpc::StatusCode::UNIMPLEMENTED))
        << method;
  }
  // That it was compressed and says so in no header is no way around.
  RawGrpc silent(scene.server().port());
  silent.Call(kCreateTrade, {});
  silent.Send(GrpcFrame(true, static_cast<uint32_t>(bomb.size()), bomb), true);
  EXPECT_NE(silent.Status(), static_cast<int>(grpc::StatusCode::OK));
  // A hundred bombs of a gigabyte would be seen.
  EXPECT_LT(PeakMemory() - before, 200);
  EXPECT_TRUE(scene.Call(Sale("r-1", 1)).status.ok());
}

TEST(HostileFramesTest, ACompressedTradeIsNotBooked) {
  Scene scene;
  scene.MakeNetwork();
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    auto request = Sale("r-1", 1);
    // So that it is worth it to the client's library.
    request.mutable_trade()->set_description(std::string(200, 'x'));
    v1::CreateTradeResponse response;
    const grpc::Status status = v1::TradeService::NewStub(scene.channel())
                                    ->CreateTrade(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED)
        << status.error_message();
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), 0);
}

// This gRPC looks at a length when the message is there, and waits until then.
TEST(HostileFramesTest, ALengthThatIsTooLongAndNeverComesHoldsNobodyUp) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::unique_ptr<RawGrpc>> waiting;
  for (const uint32_t length :
       {(16u << 20) + 1, 1u << 30, 0x7fffffffu, 0xffffffffu}) {
    waiting.push_back(std::make_unique<RawGrpc>(scene.server().port()));
    waiting.back()->Call(kCreateTrade, {});
    waiting.back()->Send(GrpcFrame(false, length, "some bytes"), false);
  }
  EXPECT_TRUE(scene.Call(Sale("r-1", 1)).status.ok());
}

TEST(HostileFramesTest, AMessageThatIsCutOffIsNoMessage) {
  Scene scene;
  scene.MakeNetwork();
  const std::string sale = Sale("r-1", 1).SerializeAsString();
  const std::string whole =
      GrpcFrame(false, static_cast<uint32_t>(sale.size()), sale);
  for (size_t length = 0; length < whole.size();
       length += length < 8 ? 1 : 23) {
    RawGrpc raw(scene.server().port());
    raw.Call(kCreateTrade, {});
    raw.Send(whole.substr(0, length), true);
    EXPECT_NE(raw.Status(), static_cast<int>(grpc::StatusCode::OK)) << length;
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), 0);
  RawGrpc raw(scene.server().port());
  raw.Call(kCreateTrade, {});
  raw.Send(whole, true);
  EXPECT_EQ(raw.Status(), 0);
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -1);
}

TEST(HostileFramesTest, TwoMessagesWhereThereIsOneBookOneAtMost) {
  Scene scene;
  scene.MakeNetwork();
  std::string both;
  for (const char* id : {"r-1", "r-2"}) {
    const std::string sale = Sale(id, 1).SerializeAsString();
    both += GrpcFrame(false, static_cast<uint32_t>(sale.size()), sale);
  }
  RawGrpc raw(scene.server().port());
  raw.Call(kCreateTrade, {});
  raw.Send(both, true);
  raw.Status();
  EXPECT_GE(scene.BalanceOf("boulangerie"), -1);
}

// This gRPC complains of them in its log and takes the call all the same.
TEST(HostileFramesTest, OtherContentTypesBookOnceAtMost) {
  Scene scene;
  scene.MakeNetwork();
  const std::string sale = Sale("r-1", 1).SerializeAsString();
  for (const char* type : {"text/html", "application/json",
                           "application/x-www-form-urlencoded", ""}) {
    RawGrpc raw(scene.server().port());
    raw.Call(kCreateTrade, {}, type);
    raw.Send(GrpcFrame(false, static_cast<uint32_t>(sale.size()), sale), true);
    raw.Status();
  }
  EXPECT_GE(scene.BalanceOf("boulangerie"), -1);
  EXPECT_TRUE(scene.Call(Sale("r-2", 1)).status.ok());
}

}  // namespace
}  // namespace skontro::server
