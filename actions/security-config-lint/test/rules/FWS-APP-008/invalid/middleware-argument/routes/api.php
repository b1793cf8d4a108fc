<?php

use Illuminate\Support\Facades\Route;

Route::get('/orders', fn () => [])->middleware('throttle:'.env('API_LIMIT', 60));
