<?php

return [
    'beta' => (bool) env('SHOP_BETA', false),
];
