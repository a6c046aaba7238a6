// A payment run of three transfers from Atelier, as an ERP writes it, and the
// same with something else in a place.

#ifndef SKONTRO_TESTS_FISCAL_SAMPLE_PAYMENT_RUN_H_
#define SKONTRO_TESTS_FISCAL_SAMPLE_PAYMENT_RUN_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace skontro::fiscal {

// 720.00 XBU for an invoice, to an account; 50.00 XBU to a VAT number; 1.25 XBU
// of a second payment.
inline constexpr std::string_view kPaymentRun =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
<CstmrCdtTrfInitn>
<GrpHdr><MsgId>RUN-2026-03-31</MsgId><CreDtTm>2026-03-31T09:00:00</CreDtTm><NbOfTxs>3</NbOfTxs><CtrlSum>771.25</CtrlSum><InitgPty><Nm>Atelier SARL</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>P1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>2</NbOfTxs><CtrlSum>770.00</CtrlSum><ReqdExctnDt><Dt>2026-03-31</Dt></ReqdExctnDt><Dbtr><Nm>Atelier SARL</Nm></Dbtr><DbtrAcct><Id><Othr><Id>atelier</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><Othr><Id>res</Id></Othr></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><InstrId>I1</InstrId><EndToEndId>E-0001</EndToEndId></PmtId><Amt><InstdAmt Ccy="XBU">720.00</InstdAmt></Amt><Cdtr><Nm>Garage Martin SARL</Nm></Cdtr><CdtrAcct><Id><Othr><Id>garage</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>Merci</Ustrd><Strd><RfrdDocInf><Nb>F2026-0117</Nb><RltdDt>2026-03-14</RltdDt></RfrdDocInf></Strd></RmtInf></CdtTrfTxInf>
<CdtTrfTxInf><PmtId><EndToEndId>E-0002</EndToEndId></PmtId><Amt><InstdAmt Ccy="XBU">50</InstdAmt></Amt><Cdtr><Nm>Imprimerie Lenoir</Nm><PstlAdr><Ctry>BE</Ctry></PstlAdr><Id><OrgId><Othr><Id>BE0123456749</Id></Othr></OrgId></Id></Cdtr></CdtTrfTxInf>
</PmtInf>
<PmtInf><PmtInfId>P2</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><DtTm>2026-03-31T12:00:00+02:00</DtTm></ReqdExctnDt><Dbtr><Nm>Atelier SARL</Nm></Dbtr><DbtrAcct><Id><Othr><Id>res/atelier</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><Othr><Id>res</Id></Othr></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>E-0003</EndToEndId></PmtId><Amt><InstdAmt Ccy="XBU">1.25000</InstdAmt></Amt><Cdtr><Nm>Garage Martin SARL</Nm></Cdtr><CdtrAcct><Id><Othr><Id>networks/res/members/garage</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
</PmtInf>
</CstmrCdtTrfInitn>
</Document>
)";

// The run with `to` in the first place of `from`, which has to be there.
inline std::string RunWith(std::string_view from, std::string_view to) {
  std::string xml(kPaymentRun);
  const size_t at = xml.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) xml.replace(at, from.size(), to);
  return xml;
}

}  // namespace skontro::fiscal

#endif  // SKONTRO_TESTS_FISCAL_SAMPLE_PAYMENT_RUN_H_
