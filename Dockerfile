# docker build -t chainrule . && docker run --rm -p 127.0.0.1:8501:8501 chainrule
FROM python:3.13-slim
# What Graphviz needs of the system; its wheel brings the rest.
RUN apt-get update && apt-get install -y --no-install-recommends libglib2.0-0 libxext6 libxrender1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY LICENSE app.py ./
COPY .streamlit .streamlit
COPY graphlib graphlib
RUN useradd --create-home visitor
USER visitor
ENV MALLOC_ARENA_MAX=2
EXPOSE 8501
# Inside, it listens on every address; who may reach it is said by the port that is opened outside.
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.headless", "true", "--server.allowedHosts", "localhost", "--server.allowedHosts", "127.0.0.1"]
