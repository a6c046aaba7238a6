#include "fiscal/export.h"

#include <memory>

#include "fiscal/camt.h"
#include "fiscal/coda.h"
#include "fiscal/export_manifest.h"
#include "fiscal/fec.h"
#include "fiscal/journal_csv.h"
#include "fiscal/mt940.h"
#include "fiscal/ofx.h"
#include "fiscal/plain_text.h"
#include "fiscal/sink.h"
#include "fiscal/statement_pdf.h"
#include "fiscal/vat_summary.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"

namespace skontro::fiscal {
namespace {

using Message = CamtVariant::Message;
using Version = CamtVariant::Version;
using Made = absl::StatusOr<ExportManifest>;

// How a format begins and is written.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Made Begin(const Source& source) = 0;
  virtual Made Write(Source& source, const Sink& sink) = 0;
};

// A writer of two functions.
template <typename BeginFunction, typename WriteFunction>
class WriterOf : public Writer {
 public:
  WriterOf(BeginFunction begin, WriteFunction write)
      : begin_(begin), write_(write) {}
  Made Begin(const Source& source) override { return begin_(source); }
  Made Write(Source& source, const Sink& sink) override {
    return write_(source, sink);
  }

 private:
  const BeginFunction begin_;
  const WriteFunction write_;
};

template <typename BeginFunction, typename WriteFunction>
std::unique_ptr<Writer> MakeWriter(BeginFunction begin, WriteFunction write) {
  return std::make_unique<WriterOf<BeginFunction, WriteFunction>>(begin, write);
}

std::unique_ptr<Writer> CamtWriter(Message message, Version version,
                                   bool values) {
  const CamtVariant variant{message, version, values};
  return MakeWriter(
      [variant](const Source& source) { return BeginCamt(source, variant); },
      [variant](Source& source, const Sink& sink) {
        return WriteCamt(source, variant, sink);
      });
}

std::unique_ptr<Writer> PlainTextWriter(PlainTextDialect dialect,
                                        const ChartOfAccounts& chart) {
  return MakeWriter(
      [dialect](const Source& source) {
        return BeginPlainText(source, dialect);
      },
      [dialect, &chart](Source& source, const Sink& sink) {
        return WritePlainText(source, dialect, chart, sink);
      });
}

// REQUIRES: `chart` outlives the writer.
std::unique_ptr<Writer> WriterFor(ExportFormat format,
                                  const ChartOfAccounts& chart,
                                  const FecForm& fec) {
  switch (format) {
    case ExportFormat::kFec:
      return MakeWriter(
          [fec](const Source& source) { return BeginFec(source, fec); },
          [&chart, fec](Source& source, const Sink& sink) {
            return WriteFec(source, chart, sink, fec);
          });
    case ExportFormat::kJournal:
      return MakeWriter(BeginJournalCsv,
                        [&chart](Source& source, const Sink& sink) {
                          return WriteJournalCsv(source, chart, sink);
                        });
    case ExportFormat::kCamt05308:
      return CamtWriter(Message::kStatement, Version::k08, true);
    case ExportFormat::kCamt05308Plain:
      return CamtWriter(Message::kStatement, Version::k08, false);
    case ExportFormat::kCamt05302:
      return CamtWriter(Message::kStatement, Version::k02, true);
    case ExportFormat::kCamt05302Plain:
      return CamtWriter(Message::kStatement, Version::k02, false);
    case ExportFormat::kCamt05408:
      return CamtWriter(Message::kNotification, Version::k08, true);
    case ExportFormat::kCamt05408Plain:
      return CamtWriter(Message::kNotification, Version::k08, false);
    case ExportFormat::kCamt05402:
      return CamtWriter(Message::kNotification, Version::k02, true);
    case ExportFormat::kCamt05402Plain:
      return CamtWriter(Message::kNotification, Version::k02, false);
    case ExportFormat::kBeancount:
      return PlainTextWriter(PlainTextDialect::kBeancount, chart);
    case ExportFormat::kLedger:
      return PlainTextWriter(PlainTextDialect::kLedger, chart);
    case ExportFormat::kMt940:
      return MakeWriter(BeginMt940, WriteMt940);
    case ExportFormat::kOfx:
      return MakeWriter(BeginOfx, WriteOfx);
    case ExportFormat::kCoda:
      return MakeWriter(BeginCoda, WriteCoda);
    case ExportFormat::kVatSummary:
      return MakeWriter(BeginVatSummary, WriteVatSummary);
    case ExportFormat::kStatementPdf:
      return MakeWriter(BeginStatementPdf, WriteStatementPdf);
  }
  SKONTRO_CHECK(false);
}

constexpr char kUtf8Text[] = "text/plain; charset=utf-8";

std::string_view MediaTypeOf(ExportFormat format, const FecForm& fec) {
  switch (format) {
    case ExportFormat::kFec:
      if (fec.variant == FecForm::Variant::kXml) return "application/xml";
      return fec.charset == FecForm::Charset::kUtf8
                 ? kUtf8Text
                 : "text/plain; charset=iso-8859-15";
    case ExportFormat::kJournal:
    case ExportFormat::kVatSummary:
      return "text/csv; charset=utf-8";
    case ExportFormat::kBeancount:
    case ExportFormat::kLedger:
      return kUtf8Text;
    case ExportFormat::kMt940:
    case ExportFormat::kCoda:
      return "text/plain; charset=us-ascii";
    case ExportFormat::kOfx:
      return "application/x-ofx";
    case ExportFormat::kStatementPdf:
      return "application/pdf";
    default:
      return "application/xml";
  }
}

}  // namespace

absl::Status WriteExport(ExportFormat format, Source& source,
                         const ChartOfAccounts& chart, ExportFiles& files,
                         const FecForm& fec) {
  const std::unique_ptr<Writer> writer = WriterFor(format, chart, fec);
  SKONTRO_ASSIGN_OR_RETURN(const ExportManifest beginning,
                           writer->Begin(source));
  SKONTRO_RETURN_IF_ERROR(
      files.Begin(beginning.file_name, MediaTypeOf(format, fec)));
  ledger::Sha256 hash;
  hash.Begin();
  SKONTRO_ASSIGN_OR_RETURN(ExportManifest manifest,
                           writer->Write(source, [&](std::string_view bytes) {
                             hash.Add(bytes);
                             return files.Write(bytes);
                           }));
  manifest.sha256 = ledger::ToHex(hash.Finish());
  if (format == ExportFormat::kFec) {
    SKONTRO_RETURN_IF_ERROR(
        files.Begin(FecDescriptionName(manifest), kUtf8Text));
    SKONTRO_RETURN_IF_ERROR(files.Write(DescribeFec(manifest, chart, fec)));
  }
  SKONTRO_RETURN_IF_ERROR(
      files.Begin(manifest.file_name + ".manifest.json", "application/json"));
  return files.Write(ToJson(manifest));
}

}  // namespace skontro::fiscal
