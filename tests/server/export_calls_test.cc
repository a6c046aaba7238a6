// Exports and verification: streams that a worker writes.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/digest.h"
#include "tests/server/export_scene.h"

namespace skontro::server {
namespace {

TEST(ExportCallsTest, AClosedYearIsExportedWithItsManifestLast) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const auto books = scene.Call(Fec("atelier", 2026));
  ASSERT_TRUE(books.status.ok()) << books.status.error_message();
  ASSERT_EQ(books.files.size(), 3u);
  EXPECT_EQ(books.files[0].first, "732829320FEC20261231.txt");
  EXPECT_EQ(books.files[1].first, "732829320FEC20261231-description.txt");
  EXPECT_EQ(books.files[2].first, "732829320FEC20261231.txt.manifest.json");
  const std::string& fec = books.files[0].second;
  EXPECT_EQ(fec.rfind("JournalCode\t", 0), 0u);
  const std::string& manifest = books.files[2].second;
  EXPECT_TRUE(Has(manifest, ledger::ToHex(ledger::HashOf(fec)))) << manifest;
  EXPECT_TRUE(Has(manifest, absl::StrCat("\"bytes\": ", fec.size())));
  EXPECT_TRUE(Has(manifest, "\"provisional\": false"));
  EXPECT_TRUE(Has(manifest, "\"trades\": 6")) << manifest;
  EXPECT_TRUE(Has(manifest, "\"reversals\": 1"));
}

TEST(ExportCallsTest, AnOpenYearIsMarked) {
  Scene scene;
  MakeBooks(scene, /*closed=*/false);
  const auto books = scene.Call(Fec("atelier", 2026));
  ASSERT_TRUE(books.status.ok());
  EXPECT_EQ(books.files[0].first, "PROVISIONAL-732829320FEC20261231.txt");
}

TEST(ExportCallsTest, TheSameSequenceGivesTheSameBytesForEver) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  v1::GetNetworkRequest network;
  network.set_name("networks/res");
  auto request = Fec("atelier", 2026);
  request.set_as_of_sequence(scene.Call(network).response.sequence());
  const auto first = scene.Call(request);
  ASSERT_TRUE(scene.Call(Sale("later", 5)).status.ok());
  scene.clock().Advance(1'000 * kDayUs);
  scene.Restart();
  const auto second = scene.Call(request);
  ASSERT_TRUE(second.status.ok());
  EXPECT_EQ(first.files, second.files);
  // A sequence in the middle of the year shows the year as it was then.
  request.set_as_of_sequence(7);
  const auto then = scene.Call(request);
  ASSERT_TRUE(then.status.ok()) << then.status.error_message();
  EXPECT_EQ(then.files[0].first.rfind("PROVISIONAL-", 0), 0u);
  EXPECT_TRUE(Has(then.files[2].second, "\"trades\": 2"))
      << then.files[2].second;
}

TEST(ExportCallsTest, TheOtherSideHasTheSameTrades) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const auto buyer = scene.Call(Csv("garage", 2026));
  ASSERT_TRUE(buyer.status.ok()) << buyer.status.error_message();
  ASSERT_EQ(buyer.files.size(), 2u);
  EXPECT_TRUE(Has(buyer.files[0].second, "Atelier Durand SARL"));
  EXPECT_TRUE(Has(buyer.files[1].second, "\"format\": \"JOURNAL_CSV\""));
  EXPECT_TRUE(Has(buyer.files[1].second, "\"trades\": 6"));
  const auto idle = scene.Call(Csv("imprimerie", 2026));
  ASSERT_TRUE(idle.status.ok());
  EXPECT_TRUE(Has(idle.files[1].second, "\"trades\": 0"));
}

TEST(ExportCallsTest, TheNextYearOpensWithTheBalance) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const auto next = scene.Call(Csv("atelier", 2027));
  ASSERT_TRUE(next.status.ok()) << next.status.error_message();
  EXPECT_TRUE(Has(next.files[1].second, "\"opening\""));
  EXPECT_TRUE(Has(next.files[1].second, "OPENING_CONTRA"));
}

TEST(ExportCallsTest, ANetworkWithAnotherParityIsValuedTradeByTrade) {
  Scene scene;
  auto network = NetworkRequest("n", "res");
  network.mutable_network()->set_unit_decimals(0);
  network.mutable_network()->set_peg_currency_code("EUR");
  ASSERT_TRUE(scene.Call(network).status.ok());
  for (const char* member : {"imprimerie", "boulangerie"}) {
    ASSERT_TRUE(scene.Call(MemberRequest(member, member)).status.ok());
  }
  const auto paid = scene.Call(Sale("r", 7));
  ASSERT_TRUE(paid.status.ok()) << paid.status.error_message();
  EXPECT_EQ(paid.response.trade().national_value().minor_units(), 700);
  const auto books = scene.Call(Csv("imprimerie", 2026));
  ASSERT_TRUE(books.status.ok()) << books.status.error_message();
  EXPECT_TRUE(Has(books.files[0].second, "7,00")) << books.files[0].second;
}

TEST(ExportCallsTest, WhatIsWrongIsRefused) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const auto no_siren = scene.Call(Fec("garage", 2026));
  EXPECT_EQ(no_siren.status.error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorIn(no_siren.status).reason, "INCOMPLETE_PROFILE");
  EXPECT_TRUE(no_siren.files.empty());
  EXPECT_EQ(ErrorIn(scene.Call(Fec("nobody", 2026)).status).reason,
            "RESOURCE_NOT_FOUND");
  for (const int year : {0, 1899, 10'000, -1}) {
    EXPECT_EQ(
        ErrorIn(scene.Call(Fec("atelier", year)).status).metadata.at("field"),
        "year");
  }
  auto request = Fec("atelier", 2026);
  request.set_as_of_sequence(-1);
  EXPECT_EQ(ErrorIn(scene.Call(request).status).metadata.at("field"),
            "as_of_sequence");
  request.set_as_of_sequence(999);
  EXPECT_EQ(ErrorIn(scene.Call(request).status).reason, "SEQUENCE_NOT_REACHED");
  request.set_as_of_sequence(2);
  EXPECT_EQ(ErrorIn(scene.Call(request).status).reason, "RESOURCE_NOT_FOUND");
  request.set_as_of_sequence(0);
  for (const std::string& chart :
       {std::string("nonsense"), std::string("a = b"),
        std::string(65 * 1024, '#')}) {
    request.set_chart_of_accounts(chart);
    EXPECT_EQ(ErrorIn(scene.Call(request).status).metadata.at("field"),
              "chart_of_accounts");
  }
  request.set_chart_of_accounts("");
  request.set_member("networks/none/members/a");
  EXPECT_EQ(ErrorIn(scene.Call(request).status).reason, "RESOURCE_NOT_FOUND");
  request.set_member("a");
  EXPECT_EQ(ErrorIn(scene.Call(request).status).metadata.at("field"), "member");
}

TEST(ExportCallsTest, EveryFormatIsGivenTwiceWithTheSameBytes) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  std::set<std::string> names;
  for (const v1::ExportRequest::Format format : AllFormats()) {
    const std::string title = v1::ExportRequest::Format_Name(format);
    const auto first = scene.Call(Books("atelier", format, 2026));
    ASSERT_TRUE(first.status.ok())
        << title << " " << first.status.error_message();
    ASSERT_GE(first.files.size(), 2u) << title;
    EXPECT_TRUE(names.insert(first.files[0].first).second) << title;
    const std::string& manifest = first.files.back().second;
    EXPECT_TRUE(Has(first.files.back().first, ".manifest.json"));
    EXPECT_TRUE(
        Has(manifest, ledger::ToHex(ledger::HashOf(first.files[0].second))))
        << title;
    // 10.00 to 10.04 sold, and 10.01 taken back.
    EXPECT_TRUE(Has(manifest, "\"closing\": \"40.09\"")) << manifest;
    EXPECT_EQ(scene.Call(Books("atelier", format, 2026)).files, first.files);
  }
}

TEST(ExportCallsTest, AStatementSaysWhenItsLastRecordWasCommitted) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const auto statement =
      scene.Call(Books("atelier", v1::ExportRequest::CAMT_053, 2026));
  ASSERT_TRUE(statement.status.ok());
  const std::string& camt = statement.files[0].second;
  EXPECT_TRUE(Has(camt, "camt.053.001.08"));
  EXPECT_TRUE(Has(camt, "<CreDtTm>2027-")) << camt.substr(0, 600);
  EXPECT_TRUE(Has(camt, "<AmtDtls>"));
}

TEST(ExportCallsTest, ASequenceThatIsNotThereYetIsNotWaitedFor) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  auto request = Csv("atelier", 2026);
  request.set_min_sequence(2);
  EXPECT_TRUE(scene.Call(request).status.ok());
  request.set_min_sequence(999);
  EXPECT_EQ(ErrorIn(scene.Call(request).status).reason, "SEQUENCE_NOT_REACHED");
  request.set_min_sequence(-1);
  EXPECT_EQ(ErrorIn(scene.Call(request).status).metadata.at("field"),
            "min_sequence");
}

TEST(ExportCallsTest, ExportsAtOnceDoNotMix) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  std::map<v1::ExportRequest::Format, Scene::Export> alone;
  for (const auto format : AllFormats()) {
    alone[format] = scene.Call(Books("atelier", format, 2026));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    for (const auto format : AllFormats()) {
      threads.emplace_back([&, format] {
        const auto books = scene.Call(Books("atelier", format, 2026));
        EXPECT_TRUE(books.status.ok()) << books.status.error_message();
        EXPECT_EQ(books.files, alone.at(format).files);
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ExportCallsTest, ALargeExportSurvivesAReaderThatBreaksOff) {
  Scene scene;
  scene.MakeNetwork();
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  for (int i = 0; i < 2'000; ++i) {
    *batch.add_requests() = Sale(absl::StrCat("b-", i), 1);
  }
  ASSERT_TRUE(scene.Call(batch).status.ok());
  const auto stub = v1::FiscalService::NewStub(scene.channel());
  for (int round = 0; round < 10; ++round) {
    grpc::ClientContext context;
    const auto reader = stub->Export(&context, Csv("imprimerie", 2026));
    v1::ExportChunk chunk;
    for (int i = 0; i < round && reader->Read(&chunk); ++i) {
    }
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  const auto whole = scene.Call(Csv("imprimerie", 2026));
  ASSERT_TRUE(whole.status.ok());
  EXPECT_TRUE(Has(whole.files[1].second, "\"trades\": 2000"));
}

TEST(ExportCallsTest, AReaderThatTakesNothingKeepsNoWorker) {
  Scene scene;
  scene.server_options().stream_patience = absl::Milliseconds(300);
  scene.Restart();
  scene.MakeNetwork();
  // More than the windows of a connection hold.
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  for (int i = 0; i < 8'000; ++i) {
    *batch.add_requests() = Sale(absl::StrCat("b-", i), 1);
    batch.mutable_requests(i)->mutable_trade()->set_description(
        std::string(300, 'x'));
  }
  ASSERT_TRUE(scene.Call(batch).status.ok());
  // Twice as many as there are workers.
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::ExportChunk>>> silent;
  for (int i = 0; i < 8; ++i) {
    channels.push_back(scene.NewChannel());
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    silent.push_back(
        v1::FiscalService::NewStub(channels.back())
            ->Export(contexts.back().get(), Csv("imprimerie", 2026)));
  }
  const auto whole = scene.Call(Csv("imprimerie", 2026));
  EXPECT_TRUE(whole.status.ok()) << whole.status.error_message();
  for (const auto& reader : silent) {
    v1::ExportChunk chunk;
    while (reader->Read(&chunk)) {
    }
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
}

TEST(AuditCallsTest, BooksThatHoldAreSaidToHold) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const v1::VerifyReport report = scene.Verify();
  EXPECT_EQ(report.verdict(), v1::VerifyReport::OK) << report.DebugString();
  v1::GetNetworkRequest network;
  network.set_name("networks/res");
  const auto head = scene.Call(network).response;
  EXPECT_EQ(report.sequence(), head.sequence());
  EXPECT_EQ(report.digest(), head.digest());
  EXPECT_EQ(report.record_count(), head.sequence());
}

TEST(AuditCallsTest, VerifiesWhileTradesGoOn) {
  Scene scene;
  scene.MakeNetwork();
  std::atomic<bool> stop = false;
  std::thread trader([&] {
    for (int i = 0; !stop; ++i) {
      EXPECT_TRUE(scene.Call(Proposal(absl::StrCat("r-", i), 1)).status.ok());
    }
  });
  for (int i = 0; i < 10; ++i) {
    const v1::VerifyReport report = scene.Verify();
    EXPECT_EQ(report.verdict(), v1::VerifyReport::OK) << report.DebugString();
  }
  stop = true;
  trader.join();
}

TEST(AuditCallsTest, WhatIsWrongIsRefused) {
  Scene scene;
  v1::VerifyRequest request;
  EXPECT_EQ(ErrorIn(scene.Call(request).status).metadata.at("field"), "name");
  request.set_name("networks/none");
  EXPECT_EQ(ErrorIn(scene.Call(request).status).reason, "RESOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace skontro::server
