// What a verification is expected to find.

#ifndef SKONTRO_TESTS_CLI_VERIFIER_EXPECT_H_
#define SKONTRO_TESTS_CLI_VERIFIER_EXPECT_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/verifier/verifier.h"
#include "tests/cli/verifier/memory_source.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {

// The sequence of a finding, and words that its message has.
using Expected = std::vector<std::pair<uint64_t, std::string>>;

// Verifies the store with several threads and expects what one thread found.
inline void ExpectTheSameByThreads(Source* source, VerifyOptions options,
                                   const Report& expected) {
  for (const int threads : {2, 5}) {
    options.threads = threads;
    const absl::StatusOr<Report> report = Verify(source, options, nullptr);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(ToJson(*report), ToJson(expected)) << threads << " threads";
    EXPECT_EQ(ToText(*report), ToText(expected)) << threads << " threads";
  }
}

// Verifies the store and expects exactly these findings, in this order,
// whatever the number of threads.
inline Report ExpectFindings(const Store& store, const Expected& expected,
                             const VerifyOptions& options = {}) {
  MemorySource source(store);
  const absl::StatusOr<Report> report = Verify(&source, options, nullptr);
  EXPECT_TRUE(report.ok()) << report.status();
  if (!report.ok()) return {};
  ExpectTheSameByThreads(&source, options, *report);
  EXPECT_EQ(report->finding_count, expected.size()) << ToText(*report);
  for (size_t i = 0; i < expected.size(); ++i) {
    if (i >= report->findings.size()) break;
    const Finding& finding = report->findings[i];
    EXPECT_EQ(finding.sequence, expected[i].first) << ToText(*report);
    EXPECT_NE(finding.message.find(expected[i].second), std::string::npos)
        << "no \"" << expected[i].second << "\" in: " << finding.message;
  }
  EXPECT_EQ(report->verdict(),
            expected.empty() ? Verdict::kOk : Verdict::kBroken);
  return *report;
}

// A `RecordHead`.
inline Message Head(int64_t sequence, const std::string& digest) {
  return Message().Int(1, sequence).Text(2, digest).Int(3, 5);
}

// Appends the acceptance of the loss of records to 20, of which the store still
// had some to 16, all of it right.
inline Draft& AppendRecovery(Scene& scene) {
  const auto last = static_cast<int64_t>(scene.last());
  MemorySource source(scene.Write());
  const std::string before(Verify(&source, {}, nullptr)->last_digest.view());
  Draft& draft = scene.Append(kRecoveryAccepted,
                              Message()
                                  .Sub(1, Head(20, std::string(32, 'a')))
                                  .Sub(2, Head(last, before))
                                  .Int(3, 16));
  draft.kind = 9;
  draft.record.Clear(2).Clear(3);
  return draft;
}

}  // namespace skontro::verifier

#endif  // SKONTRO_TESTS_CLI_VERIFIER_EXPECT_H_
