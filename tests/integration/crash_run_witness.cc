// What a CrashRun writes at the end of a round, and reads when it goes on.

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/crash_run.h"

namespace skontro::integration {
namespace {

constexpr char kMagic[] = "skontro-witness-1";

std::string Header(const CrashRun::Options& options) {
  return absl::StrCat(kMagic, " ", options.seed, " ", options.networks, " ",
                      options.plan.clients, " ", options.plan.calls, " ",
                      options.plan.members);
}

}  // namespace

absl::Status CrashRun::SaveWitness() const {
  std::string text =
      absl::StrCat(Header(options_), "\n", round_, " ", old_.size(), "\n");
  for (const OldAnswer& old : old_) {
    absl::StrAppend(&text, old.circle, " ", old.id.round, " ", old.id.client,
                    " ", old.id.index, " ", old.fingerprint, "\n");
  }
  for (const Circle& circle : circles_) {
    const std::string books = circle.books.Save();
    absl::StrAppend(&text, books.size(), "\n", books);
  }
  const std::string path = options_.directory + "/witness";
  std::ofstream file(path + ".new", std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code error;
  std::filesystem::rename(path + ".new", path, error);
  if (file.good() && !error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("cannot write ", path));
}

absl::Status CrashRun::LoadWitness() {
  const std::string path = options_.directory + "/witness";
  std::ifstream file(path, std::ios::binary);
  std::string header;
  if (!std::getline(file, header)) {
    return absl::NotFoundError(absl::StrCat("there is nothing at ", path));
  }
  if (header != Header(options_)) {
    return absl::NotFoundError(absl::StrCat(path, " is of another run:\n  ",
                                            header, "\n  ", Header(options_),
                                            " is wanted"));
  }
  size_t count = 0;
  file >> round_ >> count;
  for (size_t i = 0; i < count && file; ++i) {
    OldAnswer& old = old_.emplace_back();
    file >> old.circle >> old.id.round >> old.id.client >> old.id.index >>
        old.fingerprint;
  }
  for (Circle& circle : circles_) {
    size_t size = 0;
    file >> size;
    file.ignore(1);
    std::string text(file ? size : 0, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    std::optional<Books> books = Books::Load(text, circle.plan);
    if (!file || !books.has_value()) {
      return absl::DataLossError(absl::StrCat(path, " cannot be read"));
    }
    circle.books = *std::move(books);
  }
  suspects_all_ = true;
  dice_ = Dice{options_.seed, 0x5eed, static_cast<uint64_t>(round_)};
  return absl::OkStatus();
}

}  // namespace skontro::integration
