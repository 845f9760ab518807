"""All pages as one router, to be mounted beside the API."""

from fastapi import APIRouter

from service.page import alike, corpus, entity, files, start

router = APIRouter()
for _part in (files, start, alike, corpus, entity):  # the last takes whatever begins with /artists or /songs
    router.include_router(_part.router)
