"""A bare Streamlit page for comparison: one filter, as many charts as the page measured against, no database."""

import altair as alt
import pandas as pd
import streamlit as st

st.set_page_config(layout="wide")
st.title("对照页")
place = st.selectbox("属地", [f"地区{number}" for number in range(12)])
number = int(place.removeprefix("地区"))
frame = pd.DataFrame(
    {"month": range(36), "value": [2 + (number * 7 + month * 3) % 11 / 10 for month in range(36)]}
)
points = alt.Chart(frame).mark_line(point=True).encode(x="month:O", y="value:Q", tooltip=["month", "value"])
mean = alt.Chart(frame).mark_rule().encode(y="mean(value):Q")
st.altair_chart(points + mean, alt="对照图")
