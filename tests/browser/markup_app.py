"""Texts from data in every kind of Streamlit element the screens use; run by `test_plain_text.py`."""

import json
import os

import streamlit as st

from dashboards.markup.markup import verbatim

TEXTS = [verbatim(each) for each in json.loads(os.environ["TEXTS"])]
for n, text in enumerate(TEXTS):
    st.title(text, anchor=False)
    st.header(text, anchor=False)
    st.caption(text)
    st.markdown(text)
    st.button(text, key=f"button_{n}")
    st.checkbox(text, key=f"check_{n}")
    st.slider(text, 1, 2, key=f"slider_{n}")
    st.selectbox(text, ["x"], key=f"select_{n}")
    st.segmented_control(text, [text], key=f"segment_{n}")
    st.download_button(text, b"x", key=f"down_{n}")
    with st.expander(text):
        st.write("x")
