"""城市一览: the core's own panels, declared as any pack declares one."""

from huicheng.ground.api import Indicator, Statistic, Tile

title, owner = "城市一览", "shuju"

residents = Indicator("常住居民", "residents.sql", "residents_rows.sql", unit="人", meaning="人口基础库")
old_age = Indicator("65 岁及以上", "old_age.sql", "old_age_rows.sql", unit="%", meaning="占常住居民")
firms = Indicator(
    "登记企业",
    "firms.sql",
    "firms_rows.sql",
    unit="家",
    meaning="法人基础库；小线为近二十年每年新设，像是没有交齐的年份断开",
)
houses = Indicator("房屋", "houses.sql", "houses_rows.sql", unit="套", meaning="房屋基础库")

residents_by_district = Tile(
    "人住在哪里？",
    "residents_by_district.sql",
    "map",
    rows_sql="residents_rows.sql",
    unit="人",
    x="district",
    y="residents",
    meaning="各区县常住居民，点一个区县看它的细节",
    order=10,
)
residents_by_age = Tile(
    "这座城市多大年纪？",
    "residents_by_age.sql",
    "bar",
    rows_sql="residents_by_age_rows.sql",
    unit="人",
    x="age_band",
    y="residents",
    series="sex",
    meaning="居民按年龄段和性别",
    order=20,
)
firms_by_year = Tile(
    "每年有多少企业诞生？",
    "firms_by_year.sql",
    "bar",
    rows_sql="firms_by_year_rows.sql",
    unit="家",
    x="year",
    y="firms",
    meaning="法人库按成立年份；空着的年份没有交付过登记",
    order=30,
)
firms_by_district = Tile(
    "企业在哪里扎根？",
    "firms_by_district.sql",
    "map",
    rows_sql="firms_by_district_rows.sql",
    unit="家",
    x="district",
    y="firms",
    meaning="到所选年份为止成立的企业",
    order=31,
    params={"year": "1980"},
)
houses_by_decade = Tile(
    "人们住在什么年代的房子里？",
    "houses_by_decade.sql",
    "bar",
    rows_sql="houses_rows.sql",
    unit="套",
    x="decade",
    y="houses",
    meaning="房屋库按建成年代",
    order=50,
)
quality = Tile(
    "哪个部门的数据最可靠？",
    "quality.sql",
    "table",
    rows_sql="quality_rows.sql",
    unit="%",
    x="department",
    y="valid_share",
    meaning="已填、有效的比例，以及与另一部门提供的基准意思相同的比例",
    order=60,
)
place_children = Statistic("街道、社区的人口", "place_children.sql")
