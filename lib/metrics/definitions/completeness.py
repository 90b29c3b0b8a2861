"""How complete the records are that figures stand on: a district can only be compared on what it fills in."""

from typing import Final

from sqlalchemy import and_, or_

from lib.data.tables.snapshot import sample
from lib.metrics.definitions.sampling import DIMENSIONS, REVIEWED, batches
from lib.metrics.metric import Metric

_s = sample.c
#: A conclusion carries the day of its report; a batch of the production stage names its producer.
COMPLETE: Final = and_(
    _s.category_code.is_not(None),
    _s.stage.is_not(None),
    _s.sampled_unit_key.is_not(None),
    or_(_s.stage != "生产", _s.producer_key.is_not(None)),
    or_(_s.result_state != "concluded", _s.reported_on.is_not(None)),
)

METRICS: Final = (
    Metric(
        id="complete_records_rate",
        name="样品记录完整率",
        description="要素齐全的样品批次÷抽检批次；要素指食品大类、环节、被抽样单位、"
        "生产环节的标称生产企业、已出结论的报告日期。",
        direction="higher",
        numerator=batches(COMPLETE),
        denominator=batches(),
        dimensions=DIMENSIONS,
        basis="《食品安全抽样检验管理办法》（总局令第15号）对抽样文书和检验报告应载明事项的规定；各地可比的前提",
        reviewed_on=REVIEWED,
        note="只看是否填写，不判断填写是否正确。",
    ),
)
